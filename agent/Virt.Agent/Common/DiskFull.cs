using System;
using System.IO;

namespace Virt.Agent.Common;

/// <summary>Knows a full disk from other failures.</summary>
public static class DiskFull
{
    // ENOSPC and EDQUOT: errno(3)
    private const int NoSpace = 28;
    private const int QuotaReached = 122;

    /// <summary>True where a write failed because the disk or a quota is used up.</summary>
    public static bool Is(IOException e) => (e.HResult & 0xffff) is NoSpace or QuotaReached;

    /// <summary>How many bytes can be written where a folder lies, or will lie; the largest number where that cannot be told.</summary>
    public static long FreeBytes(string folder)
    {
        try
        {
            var existing = folder;
            while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            {
                existing = parent;
            }

            return new DriveInfo(existing).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }
}
