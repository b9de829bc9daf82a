using System;
using System.Linq;

namespace Virt.Agent.Containers;

/// <summary>A folder or file of the host, or a volume, that a container sees.</summary>
/// <param name="Source">Where it is on the host; an absolute path.</param>
/// <param name="Target">Where the container sees it; an absolute path, made where it is missing.</param>
/// <param name="ReadOnly">The container may only read it, and what is mounted below it.</param>
public sealed record ContainerVolume(string Source, string Target, bool ReadOnly)
{
    /// <summary>The volume; all zeros where it is the host's own.</summary>
    public Guid VolumeId { get; set; }

    /// <summary>The volume's name; empty where it is the host's own.</summary>
    public string VolumeName { get; set; } = "";

    /// <summary>With which SELinux label its files are to be.</summary>
    public VolumeRelabel Relabel { get; set; }

    /// <summary>A new volume stays empty, whatever the image has at its place.</summary>
    public bool NoCopy { get; set; }

    private static readonly string[] Kernel = ["/proc", "/sys", "/dev"];

    // What every container has of its own there (Rootfs.Plan), and what the machine of one has.
    private static readonly string[] OwnDevices = ["null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "pts", "fd", "stdin", "stdout", "stderr", "core", "mqueue", "machine"];

    private static readonly string[] Known = ["ro", "rw", "z", "Z", "nocopy"];

    /// <summary>Reads <c>/host/path:/inside</c>, or <c>name:/inside</c>, whose source is empty until it is looked up; behind it may stand <c>:ro</c>, <c>:z</c>, <c>:ro,Z</c>, <c>:nocopy</c>.</summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="cause">What is wrong with it.</param>
    internal static ContainerVolume? Parse(string text, out string cause)
    {
        var options = OptionsOf(text);
        var isReadOnly = options.Contains("ro");
        var relabel = options.Contains("Z") ? VolumeRelabel.Private : options.Contains("z") ? VolumeRelabel.Shared : VolumeRelabel.None;
        var pair = options.Length > 0 ? text[..text.LastIndexOf(':')] : text;
        var colon = pair.LastIndexOf(":/", StringComparison.Ordinal);
        var source = colon < 0 ? "" : Trimmed(pair[..colon]);
        var target = colon < 0 ? "" : Trimmed(pair[(colon + 1)..]);
        var isNamed = source.Length > 0 && source.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && char.IsAsciiLetterOrDigit(source[0]);
        cause = Known.Contains(text) ? $"the volume '{text}' is an option alone; what has a comma needs quotes, such as '/host/folder:/inside:ro,z'"
            : colon < 0 ? $"the volume '{text}' is not of the form 'name:/inside', '/host/folder:/inside' or '/host/folder:/inside:ro'"
            : !isNamed && !NewContainerCheck.IsPlainPath(source) ? $"the host's folder or file '{source}' of a volume is not an absolute path without '..'"
            : !NewContainerCheck.IsPlainPath(target) || target.Length is 1 or > 4000 ? $"the place '{target}' of a volume is not an absolute path below '/', without '..'"
            : UnknownOptionOf(target) is { } unknown ? $"the volume '{text}' has the option '{unknown}', which is none: 'ro', 'rw', 'z', 'Z' and 'nocopy' are"
            : IsTheKernels(target) && !IsFreeDevice(target) ? $"the place '{target}' of a volume belongs to the kernel"
            : isReadOnly && options.Contains("rw") ? $"the volume '{text}' is to be both 'ro' and 'rw'"
            : !isNamed && options.Contains("nocopy") ? $"the volume '{text}' is the host's own, into which nothing is copied: 'nocopy' is for volumes with a name"
            : relabel == VolumeRelabel.Private && options.Contains("z") ? $"the volume '{text}' is to be labelled both for all containers ('z') and for this one alone ('Z')"
            : "";
        return cause.Length > 0 ? null : new ContainerVolume(isNamed ? "" : source, target, isReadOnly) { VolumeName = isNamed ? source : "", Relabel = relabel, NoCopy = options.Contains("nocopy") };
    }

    // A folder of the host may have a colon in its name. Inside nobody has, and whoever writes :cached, as he may elsewhere, does not want a folder that is called so.
    private static string? UnknownOptionOf(string target) => target.LastIndexOf(':') is >= 0 and var colon ? target[(colon + 1)..] : null;

    // What stands behind the last colon where all of it are options.
    private static string[] OptionsOf(string text)
    {
        var options = text[(text.LastIndexOf(':') + 1)..].Split(',');
        return text.Contains(':') && options.All(static option => Known.Contains(option)) ? options : [];
    }

    /// <summary>What the kernel shows there is not to be covered.</summary>
    internal static bool IsTheKernels(string target) => Array.Exists(Kernel, path => target == path || target.StartsWith(path + "/", StringComparison.Ordinal));

    /// <summary>Below /dev, which is memory of the container's own, with its devices: what it has none of may be a volume, such as /dev/shm and /dev/log.</summary>
    internal static bool IsFreeDevice(string target) =>
        target.StartsWith("/dev/", StringComparison.Ordinal) && !Array.Exists(OwnDevices, name => target == "/dev/" + name || target.StartsWith($"/dev/{name}/", StringComparison.Ordinal));

    /// <summary>As the user writes it.</summary>
    public override string ToString() => $"{(VolumeName.Length > 0 ? VolumeName : Source)}:{Target}{Options}";

    private string Options
    {
        get
        {
            string[] all = [ReadOnly ? "ro" : "", Relabel switch { VolumeRelabel.Private => "Z", VolumeRelabel.Shared => "z", _ => "" }, NoCopy ? "nocopy" : ""];
            var given = string.Join(',', all.Where(static option => option.Length > 0));
            return given.Length == 0 ? "" : ":" + given;
        }
    }

    private static string Trimmed(string path)
    {
        var trimmed = path.TrimEnd('/');
        return trimmed.Length == 0 && path.Length > 0 ? "/" : trimmed;
    }
}
