using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>
/// Copies a file or a folder out of a guest, as items, or into it, as standard input, through the guest agent: what is copied is there whole, or it is not there. A file goes in as
/// its bytes, a folder as parts one after the other, each behind its length of four bytes (little-endian). Links are copied as links; devices, sockets and pipes are left out.
/// </summary>
[MessagePackObject]
public sealed partial record CopyVMFile
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>An absolute path in the guest: what is copied, or where to. A folder that is there, or one that is named with a slash at its end, is copied into.</summary>
    [Key(2)]
    public string Path { get; set; } = "";

    /// <summary>Into the guest.</summary>
    [Key(3)]
    public bool IsInto { get; set; }

    /// <summary>Into the guest: the name of what is copied, for a destination that is a folder.</summary>
    [Key(4)]
    public string FileName { get; set; } = "";

    /// <summary>Into the guest: how many bytes will come, in a folder of all files together; another number is refused.</summary>
    [Key(5)]
    public long SizeBytes { get; set; }

    /// <summary>Into the guest: permissions, as for chmod(2).</summary>
    [Key(6)]
    public int Mode { get; set; } = 420; // 0644

    /// <summary>Into the guest: make the folders that are missing.</summary>
    [Key(7)]
    public bool CreateFullPath { get; set; }

    /// <summary>Into the guest: in place of a file that is there; of a folder that is there: into it.</summary>
    [Key(8)]
    public bool Force { get; set; }

    /// <summary>How long the guest agent may take for each of its answers.</summary>
    [Key(9)]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Into the guest: a folder comes.</summary>
    [Key(10)]
    public bool IsFolder { get; set; }
}
