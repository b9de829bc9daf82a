using System;
using System.Collections.Generic;

namespace Virt.Linux.Files;

/// <summary>What a file, folder, link or device has beside its content.</summary>
public sealed record TreeAttributes
{
    /// <summary>Permissions, with set-user-id, set-group-id and sticky: the lower twelve bits.</summary>
    public required uint Mode { get; init; }

    /// <summary>Whose it is.</summary>
    public uint UserId { get; init; }

    /// <summary>The group's.</summary>
    public uint GroupId { get; init; }

    /// <summary>When it was last changed: seconds since 1970, which may be negative.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>The fraction of the second: 0 to 999,999,999.</summary>
    public int ModifiedNanoseconds { get; init; }

    /// <summary>Its extended attributes: a name, such as <c>security.capability</c>, and any bytes.</summary>
    public IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> Extended { get; init; } = [];
}
