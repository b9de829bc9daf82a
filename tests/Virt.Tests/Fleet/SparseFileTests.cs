using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Fleet;
using Xunit;

namespace Virt.Tests.Fleet;

/// <summary>A sparse file goes over a stream with its holes, and nothing but it is taken for it.</summary>
public sealed class SparseFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("vt-sparse-").FullName;

    [Theory]
    [InlineData(0, new long[0])]
    [InlineData(1 << 20, new long[0])]
    [InlineData(5_000_001, new long[] { 0, 3_000_000 })]
    [InlineData(64L << 20, new long[] { 12_345_678, (64L << 20) - 70_000 })]
    public async Task It_arrives_as_it_was(long length, long[] pieces)
    {
        var content = Make("from", length, pieces);
        var stream = new MemoryStream();
        var sending = new SparseFile(stream);
        await sending.SendAsync(Path.Combine(folder, "from"), "", default);
        Assert.InRange(stream.Length, 0, (pieces.Length * 200_000L) + 1000);
        stream.Position = 0;
        var receiving = new SparseFile(stream);
        await receiving.ReceiveAsync(Path.Combine(folder, "to"), default);
        Assert.Equal(sending.Bytes, receiving.Bytes);
        var arrived = await File.ReadAllBytesAsync(Path.Combine(folder, "to"), TestContext.Current.CancellationToken);
        Assert.True(content.AsSpan().SequenceEqual(arrived));
    }

    [Fact]
    public async Task A_bit_that_was_turned_round_and_an_end_that_came_too_soon_are_seen()
    {
        Make("from", 300_000, [1000]);
        var stream = new MemoryStream();
        await new SparseFile(stream).SendAsync(Path.Combine(folder, "from"), "", default);
        var bytes = stream.ToArray();
        bytes[30_000] ^= 1;
        await Assert.ThrowsAsync<InvalidDataException>(() => new SparseFile(new MemoryStream(bytes)).ReceiveAsync(Path.Combine(folder, "turned"), default));
        await Assert.ThrowsAsync<EndOfStreamException>(() => new SparseFile(new MemoryStream(bytes[..^1])).ReceiveAsync(Path.Combine(folder, "short"), default));
        await Assert.ThrowsAsync<InvalidDataException>(() => new SparseFile(new MemoryStream([.. Enumerable.Repeat((byte)0xFF, 100)])).ReceiveAsync(Path.Combine(folder, "none"), default));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private byte[] Make(string name, long length, long[] pieces)
    {
        using var file = File.Create(Path.Combine(folder, name));
        file.SetLength(length);
        var random = new Random(1);
        foreach (var piece in pieces)
        {
            var bytes = new byte[Math.Min(60_000, length - piece)];
            random.NextBytes(bytes);
            file.Position = piece;
            file.Write(bytes);
        }

        file.Close();
        return File.ReadAllBytes(Path.Combine(folder, name));
    }
}
