using System;

namespace Virt.Agent.Images.Build;

/// <summary>What a layer is made of.</summary>
/// <param name="Path">A folder, or an archive of one.</param>
/// <param name="IsArchive">It is an archive.</param>
/// <param name="WithTop">The folder's own mode and owner belong to it.</param>
public sealed record LayerSource(string Path, bool IsArchive, bool WithTop)
{
    /// <summary>True for paths in the folder that do not belong to it.</summary>
    public Func<string, bool> IsLeftOut { get; init; } = static _ => false;
}
