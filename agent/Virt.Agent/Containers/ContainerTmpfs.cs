using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Virt.Linux.Mounts;

namespace Virt.Agent.Containers;

/// <summary>A place in a container that lies in memory and is empty at each start (tmpfs(5)).</summary>
/// <param name="Target">An absolute path, made where it is missing.</param>
/// <param name="Options">The file system's: <c>size=64m</c>, <c>mode=1777</c>, <c>uid=…</c>, <c>gid=…</c>, <c>nr_inodes=…</c>.</param>
/// <param name="Attributes">The mount's.</param>
public sealed record ContainerTmpfs(string Target, IReadOnlyList<string> Options, MountAttributes Attributes)
{
    private static readonly string[] Known = ["size", "mode", "uid", "gid", "nr_inodes"];

    /// <summary>Reads <c>/run</c> or <c>/run:size=64m,mode=1777,exec,ro</c>, as docker has it.</summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="cause">What is wrong with it.</param>
    internal static ContainerTmpfs? Parse(string text, out string cause)
    {
        var colon = text.IndexOf(':');
        var target = (colon < 0 ? text : text[..colon]).TrimEnd('/');
        var options = new List<string>();
        var attributes = MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExecute;
        cause = !NewContainerCheck.IsPlainPath(target) || target.Length < 2 ? $"the place '{target}' of a tmpfs is not an absolute path below '/', without '..'"
            : ContainerVolume.IsTheKernels(target) && target != "/dev/shm" ? $"the place '{target}' of a tmpfs belongs to the kernel"
            : "";
        foreach (var option in colon < 0 ? [] : text[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (option)
            {
                case "ro": attributes |= MountAttributes.ReadOnly; break;
                case "exec": attributes &= ~MountAttributes.NoExecute; break;
                case "suid": attributes &= ~MountAttributes.NoSuid; break;
                case "rw" or "noexec" or "nosuid" or "nodev": break;
                default:
                    var equals = option.IndexOf('=');
                    if (equals < 0 || !Known.Contains(option[..equals]))
                    {
                        cause = $"'{option}' is no option of a tmpfs: {string.Join(", ", Known.Select(k => k + "="))}, ro, exec and suid are";
                    }
                    else if (!IsValue(option[..equals], option[(equals + 1)..]))
                    {
                        cause = $"'{option}' of a tmpfs has no value that it can have: 'size=64m', 'mode=1777', 'uid=1000', 'gid=1000' and 'nr_inodes=4k' do";
                    }

                    options.Add(option);
                    break;
            }
        }

        if (!options.Exists(o => o.StartsWith("mode=", StringComparison.Ordinal)))
        {
            options.Add("mode=1777");
        }

        return cause.Length > 0 ? null : new ContainerTmpfs(target, options, attributes);
    }

    // As the kernel reads them (mm/shmem.c, shmem_parse_one): a size may be a part of the memory, a mode is octal.
    private static bool IsValue(string name, string value) => name switch
    {
        "size" => IsAmount(value.EndsWith('%') ? value[..^1] : Unsuffixed(value)),
        "nr_inodes" => IsAmount(Unsuffixed(value)),
        "mode" => value.Length is > 0 and <= 5 && value.All(static c => c is >= '0' and <= '7'),
        _ => uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
    };

    private static bool IsAmount(string digits) => ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string Unsuffixed(string value) => value.Length > 0 && "kmgtpeKMGTPE".Contains(value[^1], StringComparison.Ordinal) ? value[..^1] : value;

    /// <summary>As the user writes it.</summary>
    public override string ToString() =>
        $"{Target}:{string.Join(',', Options)}{(Attributes.HasFlag(MountAttributes.ReadOnly) ? ",ro" : "")}{(Attributes.HasFlag(MountAttributes.NoExecute) ? "" : ",exec")}{(Attributes.HasFlag(MountAttributes.NoSuid) ? "" : ",suid")}";
}
