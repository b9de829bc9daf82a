using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CsCheck;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class LineReaderTests
{
    [Fact]
    public async Task Lines_are_cut_whatever_pieces_they_come_in() =>
        await Gen.Select(Gen.String[Gen.Char['a', 'z'], 0, 9000].Array[0, 8], Gen.Int[1, 5000]).SampleAsync(async (lines, piece) =>
        {
            using var stream = new PieceStream(Encoding.ASCII.GetBytes(string.Concat(lines.Select(static l => l + "\r\n"))), piece);
            Assert.Equal(lines, await ReadAllAsync(new LineReader(stream)));
        }, iter: 200);

    [Fact]
    public async Task A_line_that_is_cut_off_is_none()
    {
        using var stream = new MemoryStream("whole\nhal"u8.ToArray());
        Assert.Equal(["whole"], await ReadAllAsync(new LineReader(stream)));
    }

    [Fact]
    public async Task A_line_without_end_is_refused_and_not_kept()
    {
        using var stream = new MemoryStream(new byte[100_000]);
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAllAsync(new LineReader(stream, longestLine: 8192)));
    }

    private static async Task<List<string>> ReadAllAsync(LineReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(Encoding.ASCII.GetString(line.Span));
        }

        return lines;
    }

    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override System.Threading.Tasks.ValueTask<int> ReadAsync(Memory<byte> buffer, System.Threading.CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
