using System;
using System.IO;
using System.Text;
using Virt.Linux.Files;
using Xunit;

namespace Virt.Tests.Linux;

public sealed class ZstdStreamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 20)]
    public void What_is_compressed_is_read_back_whatever_pieces_it_is_written_in(int length)
    {
        Assert.SkipUnless(ZstdWriteStream.IsAvailable, "this host has no libzstd");
        var content = Encoding.ASCII.GetBytes(string.Concat(System.Linq.Enumerable.Range(0, (length / 4) + 1)))[..length];
        var whole = Compress(content, content.Length);
        Assert.Equal(whole, Compress(content, 7919));
        using var read = new ZstdStream(new MemoryStream(whole));
        var back = new MemoryStream();
        read.CopyTo(back);
        Assert.Equal(content, back.ToArray());
        Assert.True(length < 1000 || whole.Length < length / 2);
    }

    [Fact]
    public void What_was_damaged_on_its_way_is_not_taken_for_it()
    {
        Assert.SkipUnless(ZstdWriteStream.IsAvailable, "this host has no libzstd");
        var packed = Compress(Encoding.ASCII.GetBytes("some text that is long enough to be something"), 100);
        packed[^1] ^= 1; // its checksum
        using var read = new ZstdStream(new MemoryStream(packed));
        Assert.Throws<InvalidDataException>(() => read.CopyTo(new MemoryStream()));
    }

    private static byte[] Compress(byte[] content, int piece)
    {
        var packed = new MemoryStream();
        using (var stream = new ZstdWriteStream(packed))
        {
            for (var at = 0; at < content.Length; at += piece)
            {
                stream.Write(content, at, Math.Min(piece, content.Length - at));
            }
        }

        return packed.ToArray();
    }
}
