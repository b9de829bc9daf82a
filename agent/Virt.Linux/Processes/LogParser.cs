using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text;

namespace Virt.Linux.Processes;

/// <summary>
/// Reads the CRI log format of the keeper: it is fed bytes as they come, in any pieces, and gives whole lines. What is not an entry is skipped.
/// </summary>
public sealed class LogParser
{
    private const int HeaderLength = LogTime.Length + 1 + 6 + 1 + 1 + 1; // time, stream, F or P, and the spaces between
    private const int LongestLine = 1024 * 1024;
    private readonly ArrayBufferWriter<byte> rest = new();
    private readonly Part output = new();
    private readonly Part error = new();

    /// <summary>Takes the next bytes of the file.</summary>
    /// <param name="bytes">What follows on the last call's.</param>
    /// <param name="lines">Complete lines are added to it.</param>
    public void Feed(ReadOnlySpan<byte> bytes, ICollection<LogEntry> lines)
    {
        while (true)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                rest.Write(bytes);
                return;
            }
            if (rest.WrittenCount == 0)
            {
                Entry(bytes[..end], lines);
            }
            else
            {
                rest.Write(bytes[..end]);
                Entry(rest.WrittenSpan, lines);
                rest.ResetWrittenCount();
            }
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Gives the lines that were begun and not ended.</summary>
    public void Finish(ICollection<LogEntry> lines)
    {
        output.Flush(false, lines);
        error.Flush(true, lines);
    }

    private void Entry(ReadOnlySpan<byte> entry, ICollection<LogEntry> lines)
    {
        if (entry.Length < HeaderLength)
            return;
        Span<char> time = stackalloc char[LogTime.Length];
        Encoding.Latin1.GetChars(entry[..LogTime.Length], time);
        if (!LogTime.TryParse(time, out var when))
            return;
        var stream = entry.Slice(LogTime.Length + 1, 6);
        var isError = stream.SequenceEqual("stderr"u8);
        if (!isError && !stream.SequenceEqual("stdout"u8))
            return;
        var part = isError ? error : output;
        part.Add(when, entry[HeaderLength..]);
        // A program that never ends its line must not fill the memory.
        if (entry[HeaderLength - 2] == (byte)'F' || part.Length > LongestLine)
            part.Flush(isError, lines);
    }

    private sealed class Part
    {
        private readonly ArrayBufferWriter<byte> bytes = new();
        private DateTimeOffset? time;

        internal int Length => bytes.WrittenCount;

        internal void Add(DateTimeOffset when, ReadOnlySpan<byte> more)
        {
            time ??= when;
            bytes.Write(more);
        }

        internal void Flush(bool isError, ICollection<LogEntry> lines)
        {
            if (time is not { } when)
                return;
            lines.Add(new LogEntry(when, isError, Encoding.UTF8.GetString(bytes.WrittenSpan)));
            bytes.ResetWrittenCount();
            time = null;
        }
    }
}
