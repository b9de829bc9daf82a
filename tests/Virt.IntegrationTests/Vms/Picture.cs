using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>The pixels of a machine's screen. PNG, RFC 2083: chunks of length, name, data and checksum; those named IDAT are one stream of zlib; each line has a filter before its bytes.</summary>
internal sealed class Picture
{
    private readonly byte[][] lines;
    private readonly int channels;

    private Picture(byte[][] lines, int channels, int width)
    {
        this.lines = lines;
        this.channels = channels;
        Width = width;
    }

    public int Width { get; }

    public int Height => lines.Length;

    public (byte Red, byte Green, byte Blue) this[int x, int y] => (lines[y][x * channels], lines[y][x * channels + 1], lines[y][x * channels + 2]);

    public static Picture Of(VMScreenshot shot)
    {
        var png = shot.Bytes;
        Assert.Equal(8, png[24]); // bits of a channel
        var depth = png[25] switch { 2 => 3, 6 => 4, var other => throw new InvalidDataException($"A picture of colour type {other}.") };
        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
            {
                packed.Write(png, at + 8, length);
            }

            at += length + 12;
        }

        packed.Position = 0;
        using var stream = new ZLibStream(packed, CompressionMode.Decompress);
        var stride = shot.Width * depth;
        var rows = new byte[shot.Height][];
        for (var y = 0; y < rows.Length; y++)
        {
            var filter = stream.ReadByte();
            rows[y] = new byte[stride];
            stream.ReadExactly(rows[y]);
            Undo(filter, rows[y], y == 0 ? new byte[stride] : rows[y - 1], depth);
        }

        return new Picture(rows, depth, shot.Width);
    }

    private static void Undo(int filter, byte[] line, byte[] above, int depth)
    {
        for (var x = 0; x < line.Length && filter != 0; x++)
        {
            var left = x < depth ? 0 : line[x - depth];
            var corner = x < depth ? 0 : above[x - depth];
            line[x] += (byte)(filter switch { 1 => left, 2 => above[x], 3 => (left + above[x]) / 2, 4 => Paeth(left, above[x], corner), _ => throw new InvalidDataException($"A filter {filter}.") });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (byLeft, byUp, byCorner) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    }
}
