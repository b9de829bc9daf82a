using System.Collections.Generic;

namespace Virt.Agent.Storage.Vhds;

/// <summary>What is being done with a disk image, as far as an agent after this one must know; stored as JSON.</summary>
internal sealed record VhdSpec
{
    /// <summary>The disk image that comes of it.</summary>
    public required string Path { get; init; }

    /// <summary>Where the new file is written; null where none is.</summary>
    public string? Folder { get; init; }

    /// <summary>True where the new file takes the place of the old one.</summary>
    public bool IsReplacing { get; init; }

    /// <summary>Of a merge: the image on top.</summary>
    public string? Child { get; init; }

    /// <summary>What is to be deleted when all is done.</summary>
    public IReadOnlyList<string> Delete { get; init; } = [];
}
