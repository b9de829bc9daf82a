using System;
using System.Linq;

namespace Virt.Agent.Containers;

/// <summary>A folder of the host, or a volume, that a container sees.</summary>
/// <param name="Source">Where it is on the host; an absolute path.</param>
/// <param name="Target">Where the container sees it; an absolute path, made where it is missing.</param>
/// <param name="ReadOnly">The container may only read it, and what is mounted below it.</param>
public sealed record ContainerVolume(string Source, string Target, bool ReadOnly)
{
    /// <summary>The volume; all zeros where it is a folder of the host.</summary>
    public Guid VolumeId { get; set; }

    /// <summary>The volume's name; empty where it is a folder of the host.</summary>
    public string VolumeName { get; set; } = "";

    private static readonly string[] Kernel = ["/proc", "/sys", "/dev"];

    /// <summary>Reads <c>/host/path:/inside[:ro]</c>, or <c>name:/inside[:ro]</c>, whose source is empty until it is looked up.</summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="cause">What is wrong with it.</param>
    internal static ContainerVolume? Parse(string text, out string cause)
    {
        var isReadOnly = text.EndsWith(":ro", StringComparison.Ordinal);
        var pair = isReadOnly || text.EndsWith(":rw", StringComparison.Ordinal) ? text[..^3] : text;
        var colon = pair.LastIndexOf(":/", StringComparison.Ordinal);
        var source = colon < 0 ? "" : Trimmed(pair[..colon]);
        var target = colon < 0 ? "" : Trimmed(pair[(colon + 1)..]);
        var isNamed = source.Length > 0 && source.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && char.IsAsciiLetterOrDigit(source[0]);
        cause = colon < 0 ? $"the volume '{text}' is not of the form 'name:/inside', '/host/folder:/inside' or '/host/folder:/inside:ro'"
            : !isNamed && !NewContainerCheck.IsPlainPath(source) ? $"the host's folder '{source}' of a volume is not an absolute path without '..'"
            : !NewContainerCheck.IsPlainPath(target) || target.Length is 1 or > 4000 ? $"the place '{target}' of a volume is not an absolute path below '/', without '..'"
            : Array.Exists(Kernel, path => target == path || target.StartsWith(path + "/", StringComparison.Ordinal)) ? $"the place '{target}' of a volume belongs to the kernel"
            : "";
        return cause.Length > 0 ? null : isNamed ? new ContainerVolume("", target, isReadOnly) { VolumeName = source } : new ContainerVolume(source, target, isReadOnly);
    }

    /// <summary>As the user writes it.</summary>
    public override string ToString() => $"{(VolumeName.Length > 0 ? VolumeName : Source)}:{Target}{(ReadOnly ? ":ro" : "")}";

    private static string Trimmed(string path)
    {
        var trimmed = path.TrimEnd('/');
        return trimmed.Length == 0 && path.Length > 0 ? "/" : trimmed;
    }
}
