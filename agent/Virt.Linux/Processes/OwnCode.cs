using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace Virt.Linux.Processes;

/// <summary>
/// The program of this process, as far as it is in memory. The kernel maps up to 16 pages for each that is used (fault-around), and what the start alone has used stays mapped: together most of what a
/// small daemon takes. The page cache has them all the same. Source: madvise(2), proc(5) on smaps.
/// </summary>
public static class OwnCode
{
    /// <summary>Gives back the mapped pages of the program's code and constants; those that are used again come back from the page cache, at some microseconds each. Nothing that was ever written is touched.</summary>
    /// <returns>How many bytes were mapped.</returns>
    public static long GiveBack()
    {
        // Of the program alone: a library may be on its way to its place while we look.
        if (Environment.ProcessPath is not { } program)
        {
            return 0;
        }

        long bytes = 0;
        foreach (var (start, length, mapped) in Find(File.ReadLines("/proc/self/smaps"), program))
        {
            if (Libc.madvise((nint)start, (nint)length, Libc.MADV_DONTNEED) == 0)
            {
                bytes += mapped;
            }
        }

        return bytes;
    }

    /// <summary>The mappings of a file that are as the file is: private, not to be written, and without a page of their own.</summary>
    /// <param name="lines">The lines of /proc/…/smaps.</param>
    /// <param name="program">The file.</param>
    internal static IEnumerable<(long Start, long Length, long Mapped)> Find(IEnumerable<string> lines, string program)
    {
        (long Start, long Length)? found = null;
        long mapped = 0;
        foreach (var line in lines)
        {
            var words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Split('-') is [var from, var to] && Address(from) is { } start && Address(to) is { } end)
            {
                found = words is [_, "r-xp" or "r--p", _, _, _, var path] && path == program ? (start, end - start) : null;
            }
            else if (found is not null && words is ["Rss:", var resident, ..])
            {
                mapped = long.Parse(resident, CultureInfo.InvariantCulture) << 10;
            }
            else if (found is { } whole && words is ["Anonymous:", var own, ..])
            {
                // What the loader has written (relocations) would be lost.
                if (own == "0" && mapped > 0)
                {
                    yield return (whole.Start, whole.Length, mapped);
                }

                found = null;
            }
        }
    }

    private static long? Address(string text) => long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address) ? address : null;
}
