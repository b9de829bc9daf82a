namespace Virt.Protocol;

/// <summary>What a <see cref="FilePart"/> is.</summary>
public enum FileKind
{
    /// <summary>More bytes of the file before.</summary>
    Data = 0,

    /// <summary>A file; its bytes follow.</summary>
    File = 1,

    /// <summary>A folder; what is in it follows.</summary>
    Folder = 2,

    /// <summary>A symbolic link.</summary>
    Link = 3,

    /// <summary>What cannot be copied and is left out: a pipe, a socket or a device, as its part's <see cref="FilePart.Target"/> says.</summary>
    LeftOut = 4,
}
