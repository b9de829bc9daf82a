using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Linux.Files;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>
/// Reads a container's log, from the end where only the end is wanted. The keeper begins a new file when one is full (Native/log.h): the one before is read first,
/// and whoever follows goes on in the new one.
/// </summary>
internal sealed class ContainerLog : IDisposable
{
    private const int Chunk = 64 * 1024;
    private readonly string path;
    private readonly byte[] buffer = new byte[Chunk];
    private FileStream? older;
    private FileStream? between;
    private FileStream file;
    private LogParser parser = new();
    private bool hasGap;

    private ContainerLog(string path, FileStream? older, FileStream file)
    {
        this.path = path;
        this.older = older;
        this.file = file;
    }

    /// <summary>Opens it; null where nothing was ever written.</summary>
    public static ContainerLog? Open(string path)
    {
        var (former, present) = OpenBoth(path);
        if (present is not null)
        {
            return new ContainerLog(path, former, present);
        }

        former?.Dispose();
        return null;
    }

    // The two as they stand one after the other at one moment.
    private static (FileStream? Former, FileStream? Present) OpenBoth(string path)
    {
        while (true)
        {
            var former = TryOpen(path + ".1");
            var present = TryOpen(path);
            // Begun anew between the two: what was opened as the older one is older still.
            if (former is null || present is null || FileHandles.Inode(former.SafeFileHandle) == FileHandles.Inode(path + ".1"))
            {
                return (former, present);
            }

            former.Dispose();
            present.Dispose();
        }
    }

    /// <summary>Reads to the end and gives the last so many lines, from ever larger parts of the file until they are in it.</summary>
    public async Task<IReadOnlyCollection<LogEntry>> ReadTailAsync(int count, CancellationToken cancellation)
    {
        var before = older;
        older = null;
        var lines = await ReadTailAsync(file, count, cancellation).ConfigureAwait(false);
        using (before)
        {
            if (before is null || lines.Count >= count)
            {
                return lines;
            }

            var present = parser; // it may have begun a line
            var more = await ReadTailAsync(before, count - lines.Count, cancellation).ConfigureAwait(false);
            parser = present;
            return [.. more, .. lines];
        }
    }

    /// <summary>Reads what is there, at most one chunk; false at the end for now.</summary>
    public async Task<bool> ReadAsync(ICollection<LogEntry> lines, CancellationToken cancellation)
    {
        if (older is { } first)
        {
            if (await ReadAsync(first, lines, cancellation).ConfigureAwait(false))
            {
                return true;
            }

            older = null;
            await first.DisposeAsync().ConfigureAwait(false);
            if (between is not null)
            {
                (older, between) = (between, null);
                parser.Finish(lines);
                parser = new LogParser();
                hasGap = true;
                return true;
            }
        }

        if (await ReadAsync(file, lines, cancellation).ConfigureAwait(false))
        {
            return true;
        }

        return GoOn();
    }

    /// <summary>True once after the lines before a place where others may be missing: the log began anew more than once before it was read.</summary>
    public bool TakeGap()
    {
        var had = hasGap;
        hasGap = false;
        return had;
    }

    /// <summary>Gives a last line that was begun and not ended.</summary>
    public void Finish(ICollection<LogEntry> lines) => parser.Finish(lines);

    public void Dispose()
    {
        older?.Dispose();
        between?.Dispose();
        file.Dispose();
    }

    // To the next file, where there is one.
    private bool GoOn()
    {
        using (var there = TryOpen(path))
        {
            if (there is null || FileHandles.Inode(there.SafeFileHandle) == FileHandles.Inode(file.SafeFileHandle))
            {
                return false;
            }
        }

        var (former, next) = OpenBoth(path);
        if (next is null)
        {
            former?.Dispose();
            return false;
        }

        // Begun anew. What was written to this one before that is read before the next; where it is not what stood before the next, there were others in between, of which the last is there.
        older = file;
        file = next;
        if (former is not null && FileHandles.Inode(former.SafeFileHandle) != FileHandles.Inode(older.SafeFileHandle))
        {
            between = former;
        }
        else
        {
            former?.Dispose();
        }

        return true;
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyCollection<LogEntry>> ReadTailAsync(FileStream from, int count, CancellationToken cancellation)
    {
        for (long window = Chunk; ; window *= 4)
        {
            var lines = new Queue<LogEntry>();
            var chunk = new List<LogEntry>();
            var end = from.Length;
            from.Position = Math.Max(0, end - window);
            parser = new LogParser(); // it skips the rest of an entry into whose middle the window's start fell
            var seen = 0L;
            while (await ReadAsync(from, chunk, cancellation).ConfigureAwait(false))
            {
                seen += chunk.Count;
                foreach (var line in chunk)
                {
                    lines.Enqueue(line);
                    if (lines.Count > count)
                    {
                        lines.Dequeue();
                    }
                }

                chunk.Clear();
            }

            // The first line of a part may have lost its beginning, so one more than wanted must be there.
            if (seen > count || window >= end)
            {
                return lines;
            }
        }
    }

    private async Task<bool> ReadAsync(FileStream from, ICollection<LogEntry> lines, CancellationToken cancellation)
    {
        var count = await from.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        parser.Feed(buffer.AsSpan(0, count), lines);
        return count > 0;
    }
}
