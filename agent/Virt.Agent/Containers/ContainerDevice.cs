using System.Linq;

namespace Virt.Agent.Containers;

/// <summary>A device of the host that a container may use.</summary>
/// <param name="Source">Its node on the host.</param>
/// <param name="Target">Its node in the container, below /dev.</param>
/// <param name="Access">What it may: <c>r</c>ead, <c>w</c>rite, <c>m</c>ake nodes.</param>
public sealed record ContainerDevice(string Source, string Target, string Access)
{
    /// <summary>Reads <c>/dev/fuse</c>, <c>/dev/fuse:/dev/mine</c> or <c>/dev/fuse:/dev/mine:rw</c>, as docker has it.</summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="cause">What is wrong with it.</param>
    internal static ContainerDevice? Parse(string text, out string cause)
    {
        var parts = text.Split(':');
        var source = parts[0];
        var target = parts.Length > 1 && parts[1].StartsWith('/') ? parts[1] : source;
        var access = parts.Length switch { 1 => "rwm", 2 => parts[1].StartsWith('/') ? "rwm" : parts[1], _ => parts[2] };
        cause = parts.Length > 3 || access.Length is 0 or > 3 || !access.All("rwm".Contains) ? $"the device '{text}' is not of the form '/dev/host' or '/dev/host:/dev/inside:rwm'"
            : !NewContainerCheck.IsPlainPath(source) ? $"the host's device '{source}' is not an absolute path without '..'"
            : !NewContainerCheck.IsPlainPath(target) || !target.StartsWith("/dev/", System.StringComparison.Ordinal) || target.EndsWith('/') ? $"the place '{target}' of a device is not a path below '/dev'"
            : "";
        return cause.Length > 0 ? null : new ContainerDevice(source, target, access);
    }

    /// <summary>As the user writes it.</summary>
    public override string ToString() => $"{Source}:{Target}:{Access}";
}
