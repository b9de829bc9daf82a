using System;
using System.Text;

namespace Virt.Linux.Files;

/// <summary>A file, folder, link or device as it lies in a tree: statx(2) without following links.</summary>
public sealed record TreeEntry
{
    private const uint TypeMask = 0xF000, Folder = 0x4000, Regular = 0x8000, CharacterDevice = 0x2000, SymbolicLink = 0xA000;

    /// <summary>Its place below the tree's top, without a leading slash. Any bytes but zero.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>Type and permissions.</summary>
    public required uint Mode { get; init; }

    /// <summary>Whose it is.</summary>
    public required uint UserId { get; init; }

    /// <summary>The group's.</summary>
    public required uint GroupId { get; init; }

    /// <summary>The length of a file, or of a link's target.</summary>
    public required long Size { get; init; }

    /// <summary>Its inode.</summary>
    public required ulong Inode { get; init; }

    /// <summary>How many names it has.</summary>
    public uint Links { get; init; }

    /// <summary>A device's number: major in the upper half.</summary>
    public required ulong Device { get; init; }

    /// <summary>When its content was last changed, in nanoseconds since 1970.</summary>
    public required long ModifiedNanoseconds { get; init; }

    /// <summary>When anything of it was last changed, in nanoseconds since 1970; nobody can set it.</summary>
    public required long ChangedNanoseconds { get; init; }

    /// <summary>The name for people.</summary>
    public string Path => Encoding.UTF8.GetString(Name.Span);

    /// <summary>It is a folder.</summary>
    public bool IsFolder => (Mode & TypeMask) == Folder;

    /// <summary>It is a regular file.</summary>
    public bool IsFile => (Mode & TypeMask) == Regular;

    /// <summary>It is a symbolic link.</summary>
    public bool IsLink => (Mode & TypeMask) == SymbolicLink;

    /// <summary>In a layer of overlayfs it stands for a deletion.</summary>
    public bool IsWhiteout => (Mode & TypeMask) == CharacterDevice && Device == 0;
}
