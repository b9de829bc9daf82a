using System;
using System.Collections.Generic;

namespace Virt.Linux;

/// <summary>The errnos that somebody looks at, and the names of the others (asm-generic/errno.h; x86-64 and arm64 agree).</summary>
public static class Errno
{
    /// <summary>Operation not permitted.</summary>
    public const int EPERM = 1;

    /// <summary>No such file or directory.</summary>
    public const int ENOENT = 2;

    /// <summary>No such process.</summary>
    public const int ESRCH = 3;

    /// <summary>Interrupted.</summary>
    public const int EINTR = 4;

    /// <summary>Input or output error.</summary>
    public const int EIO = 5;

    /// <summary>Bad descriptor.</summary>
    public const int EBADF = 9;

    /// <summary>No child.</summary>
    public const int ECHILD = 10;

    /// <summary>Try again.</summary>
    public const int EAGAIN = 11;

    /// <summary>Permission denied.</summary>
    public const int EACCES = 13;

    /// <summary>Busy.</summary>
    public const int EBUSY = 16;

    /// <summary>Exists.</summary>
    public const int EEXIST = 17;

    /// <summary>Not a folder.</summary>
    public const int ENOTDIR = 20;

    /// <summary>Is a folder.</summary>
    public const int EISDIR = 21;

    /// <summary>Invalid argument.</summary>
    public const int EINVAL = 22;

    /// <summary>No such ioctl.</summary>
    public const int ENOTTY = 25;

    /// <summary>Disk full.</summary>
    public const int ENOSPC = 28;

    /// <summary>Broken pipe.</summary>
    public const int EPIPE = 32;

    /// <summary>No such system call.</summary>
    public const int ENOSYS = 38;

    /// <summary>Folder not empty.</summary>
    public const int ENOTEMPTY = 39;

    /// <summary>Read-only file system.</summary>
    public const int EROFS = 30;

    /// <summary>Too many links, or too deep.</summary>
    public const int ELOOP = 40;

    /// <summary>No such attribute.</summary>
    public const int ENODATA = 61;

    /// <summary>The file system, or the socket, has no such thing.</summary>
    public const int EOPNOTSUPP = 95;

    /// <summary>Argument list or message too long.</summary>
    public const int E2BIG = 7;

    /// <summary>Address in use.</summary>
    public const int EADDRINUSE = 98;

    /// <summary>Connection reset.</summary>
    public const int ECONNRESET = 104;

    /// <summary>Connection refused.</summary>
    public const int ECONNREFUSED = 111;

    private static readonly Dictionary<int, string> Names = new()
    {
        [1] = "EPERM",
        [2] = "ENOENT",
        [3] = "ESRCH",
        [4] = "EINTR",
        [5] = "EIO",
        [6] = "ENXIO",
        [7] = "E2BIG",
        [8] = "ENOEXEC",
        [9] = "EBADF",
        [10] = "ECHILD",
        [11] = "EAGAIN",
        [12] = "ENOMEM",
        [13] = "EACCES",
        [14] = "EFAULT",
        [16] = "EBUSY",
        [17] = "EEXIST",
        [18] = "EXDEV",
        [19] = "ENODEV",
        [20] = "ENOTDIR",
        [21] = "EISDIR",
        [22] = "EINVAL",
        [23] = "ENFILE",
        [24] = "EMFILE",
        [25] = "ENOTTY",
        [26] = "ETXTBSY",
        [27] = "EFBIG",
        [28] = "ENOSPC",
        [29] = "ESPIPE",
        [30] = "EROFS",
        [31] = "EMLINK",
        [32] = "EPIPE",
        [34] = "ERANGE",
        [36] = "ENAMETOOLONG",
        [38] = "ENOSYS",
        [39] = "ENOTEMPTY",
        [40] = "ELOOP",
        [61] = "ENODATA",
        [75] = "EOVERFLOW",
        [88] = "ENOTSOCK",
        [90] = "EMSGSIZE",
        [95] = "EOPNOTSUPP",
        [97] = "EAFNOSUPPORT",
        [98] = "EADDRINUSE",
        [99] = "EADDRNOTAVAIL",
        [100] = "ENETDOWN",
        [104] = "ECONNRESET",
        [105] = "ENOBUFS",
        [107] = "ENOTCONN",
        [110] = "ETIMEDOUT",
        [111] = "ECONNREFUSED",
        [114] = "EALREADY",
        [122] = "EDQUOT",
    };

    /// <summary>The errno's name; <c>errno 200</c> where it has none here.</summary>
    public static string Name(int errno) => Names.TryGetValue(errno, out var name) ? name : FormattableString.Invariant($"errno {errno}");
}
