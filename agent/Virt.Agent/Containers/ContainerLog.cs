using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>Reads a container's log, from the end where only the end is wanted.</summary>
internal sealed class ContainerLog : IDisposable
{
    private const int Chunk = 64 * 1024;
    private readonly FileStream file;
    private LogParser parser = new();
    private readonly byte[] buffer = new byte[Chunk];

    private ContainerLog(FileStream file) => this.file = file;

    /// <summary>Opens it; null where nothing was ever written.</summary>
    public static ContainerLog? Open(string path)
    {
        try
        {
            return new ContainerLog(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads to the end and gives the last so many lines, from ever larger parts of the file until they are in it.</summary>
    public async Task<IReadOnlyCollection<LogEntry>> ReadTailAsync(int count, CancellationToken cancellation)
    {
        for (long window = Chunk; ; window *= 4)
        {
            var lines = new Queue<LogEntry>();
            var chunk = new List<LogEntry>();
            var end = file.Length;
            file.Position = Math.Max(0, end - window);
            parser = new LogParser(); // it skips the rest of an entry into whose middle the window's start fell
            var seen = 0L;
            while (await ReadAsync(chunk, cancellation).ConfigureAwait(false))
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

    /// <summary>Reads what is there, at most one chunk; false at the end for now.</summary>
    public async Task<bool> ReadAsync(ICollection<LogEntry> lines, CancellationToken cancellation)
    {
        var count = await file.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        parser.Feed(buffer.AsSpan(0, count), lines);
        return count > 0;
    }

    /// <summary>Gives a last line that was begun and not ended.</summary>
    public void Finish(ICollection<LogEntry> lines) => parser.Finish(lines);

    public void Dispose() => file.Dispose();
}
