using System;
using System.Globalization;
using System.IO;
using System.Text;

namespace Virt.Linux.Security;

/// <summary>What the kernel says of SELinux and of the policy that it has loaded (selinuxfs). Source: Linux, security/selinux/selinuxfs.c.</summary>
/// <param name="root">The root of /sys and /proc; <c>/</c> but in tests.</param>
public sealed class SELinuxKernel(string root)
{
    private const int LongestAnswer = 4096;
    private readonly string folder = Path.Combine(root, "sys/fs/selinux");

    /// <summary>The kernel has it, and it was not left out at the boot.</summary>
    public bool IsThere => File.Exists(Path.Combine(folder, "enforce"));

    /// <summary>What its policy does not allow is refused, and not only written down.</summary>
    public bool IsEnforcing => Read("enforce") == "1";

    /// <summary>Labels have a level, and so can have categories.</summary>
    public bool HasLevels => Read("mls") == "1";

    /// <summary>This process's own label; <c>kernel</c> where no policy has been loaded, empty where there is none.</summary>
    public string OwnLabel
    {
        get
        {
            var path = Path.Combine(root, "proc/self/attr/current");
            return File.Exists(path) ? File.ReadAllText(path).TrimEnd('\0', '\n') : "";
        }
    }

    /// <summary>True where the policy says that it was made for something (policy_capabilities).</summary>
    public bool Has(string capability) => Read("policy_capabilities/" + capability) == "1";

    /// <summary>True for a label that the policy knows.</summary>
    public bool IsValid(string label) => Ask("context", label) is not null;

    /// <summary>True where the policy lets a process with one label do something to an object with another.</summary>
    /// <param name="source">The process's label.</param>
    /// <param name="target">The object's.</param>
    /// <param name="kind">The object's class, such as <c>process</c>.</param>
    /// <param name="permission">Such as <c>transition</c>.</param>
    public bool Allows(string source, string target, string kind, string permission)
    {
        // Of a class that a policy has no word for nothing is looked at.
        if (!int.TryParse(Read($"class/{kind}/index"), CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(Read($"class/{kind}/perms/{permission}"), CultureInfo.InvariantCulture, out var bit))
        {
            return Read("deny_unknown") == "0";
        }

        var answer = Ask("access", FormattableString.Invariant($"{source} {target} {number}"))?.Split(' ') ?? [];
        return answer.Length > 0 && uint.TryParse(answer[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var allowed) && (allowed >> (bit - 1) & 1) != 0;
    }

    // A question is written and its answer read from the same open file.
    private string? Ask(string name, string question)
    {
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(question), 0);
            var answer = new byte[LongestAnswer];
            return Encoding.UTF8.GetString(answer, 0, RandomAccess.Read(file, answer, 0)).TrimEnd('\0', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // EINVAL: it knows no such label
        }
    }

    private string Read(string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }
}
