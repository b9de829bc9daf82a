using System;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Fleet;
using Xunit;

namespace Virt.Tests.Fleet;

public sealed class BulkStreamTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_written_in_any_pieces_comes_out_in_order(bool isSync)
    {
        var sent = new byte[900_000];
        new Random(3).NextBytes(sent);
        var connection = new MemoryStream();
        await using var stream = new BulkStream(connection) { Gathers = true };
        foreach (var (start, length) in new[] { (0, 10), (10, 262_134), (262_144, 1), (262_145, 300_000), (562_145, 16_400), (578_545, 321_455) })
        {
            if (isSync)
            {
                stream.Write(sent, start, length);
            }
            else
            {
                await stream.WriteAsync(sent.AsMemory(start, length), TestContext.Current.CancellationToken);
            }
        }

        await stream.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(sent, connection.ToArray());

        connection.Position = 0;
        var got = new byte[sent.Length];
        for (var at = 0; at < got.Length;)
        {
            var piece = Math.Min(got.Length - at, 100_003);
            at += isSync ? stream.Read(got, at, piece) : await stream.ReadAsync(got.AsMemory(at, piece), TestContext.Current.CancellationToken);
        }

        Assert.Equal(sent, got);
        Assert.Equal(0, await stream.ReadAsync(got, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_not_gathered_goes_out_at_once_and_what_is_gathered_when_it_is_flushed()
    {
        var connection = new MemoryStream();
        await using var stream = new BulkStream(connection);
        await stream.WriteAsync(new byte[5], TestContext.Current.CancellationToken);
        Assert.Equal(5, connection.Length);
        stream.Gathers = true;
        await stream.WriteAsync(new byte[5], TestContext.Current.CancellationToken);
        Assert.Equal(5, connection.Length);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(10, connection.Length);
    }
}
