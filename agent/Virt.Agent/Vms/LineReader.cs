using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms;

/// <summary>Cuts a stream into lines, as QMP and the guest agent send their messages: JSON without a line end inside.</summary>
/// <param name="stream">Where the bytes come from; stays the caller's.</param>
/// <param name="longestLine">How many bytes a line may have; a guest could send for ever.</param>
internal sealed class LineReader(Stream stream, int longestLine = 48 << 20)
{
    private const byte LineFeed = (byte)'\n';

    private byte[] buffer = new byte[4096];
    private int start;
    private int searched;
    private int end;

    /// <summary>The next line without its end, valid until the next call; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The line is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var at = buffer.AsSpan(searched, end - searched).IndexOf(LineFeed);
            if (at >= 0)
            {
                var line = buffer.AsMemory(start, searched + at - start);
                start = searched = searched + at + 1;
                return line.Length > 0 && line.Span[^1] == (byte)'\r' ? line[..^1] : line;
            }

            searched = end;
            MakeRoom();
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            end += read;
        }
    }

    private void MakeRoom()
    {
        if (end < buffer.Length)
        {
            return;
        }

        var length = end - start;
        if (length >= longestLine)
        {
            throw new InvalidDataException(FormattableString.Invariant($"A line is longer than {longestLine} bytes."));
        }

        var target = length > buffer.Length / 2 ? new byte[Math.Min(buffer.Length * 2, longestLine)] : buffer;
        buffer.AsSpan(start, length).CopyTo(target);
        buffer = target;
        searched -= start;
        end = length;
        start = 0;
    }
}
