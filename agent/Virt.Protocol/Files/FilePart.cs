using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>A file, folder or link that is copied, or a part of a file's bytes.</summary>
[MessagePackObject]
public sealed partial record FilePart
{
    /// <summary>What it is.</summary>
    [Key(0)]
    public FileKind Kind { get; set; }

    /// <summary>Below what is copied, whose own name comes first: <c>etc/hosts</c>. Never absolute, never with <c>..</c>.</summary>
    [Key(1)]
    public string Path { get; set; } = "";

    /// <summary>Permissions, as for chmod(2); 0: not known.</summary>
    [Key(2)]
    public int Mode { get; set; }

    /// <summary>When its content was last changed.</summary>
    [Key(3)]
    public DateTimeOffset ModifiedTime { get; set; }

    /// <summary>Of a link: where it leads. Of what is left out: what it is, such as <c>pipe</c>.</summary>
    [Key(4)]
    public string Target { get; set; } = "";

    /// <summary>Of data: the bytes.</summary>
    [Key(5)]
    public byte[] Bytes { get; set; } = [];

    /// <summary>Of a file: how many bytes will come; 0: not known before, as of a file of /proc.</summary>
    [Key(6)]
    public long SizeBytes { get; set; }
}
