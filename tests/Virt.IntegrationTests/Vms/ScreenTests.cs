using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A machine's screen and keyboard, on a system of 31 bytes that fills its screen with red, and with green where it sees a G.</summary>
public sealed class ScreenTests
{
    // mov ax,13h; int 10h; mov ax,0A000h; mov es,ax; mov al,4; fill: xor di,di; mov cx,64000; rep stosb; wait: xor ah,ah; int 16h; cmp al,'G'; jne wait; mov al,2; jmp fill
    private static readonly byte[] Program =
    [
        0xB8, 0x13, 0x00, 0xCD, 0x10, 0xB8, 0x00, 0xA0, 0x8E, 0xC0, 0xB0, 0x04, 0x31, 0xFF, 0xB9, 0x00, 0xFA, 0xF3, 0xAA, 0x30, 0xE4, 0xCD, 0x16, 0x3C, 0x47, 0x75, 0xF8, 0xB0, 0x02, 0xEB, 0xED,
    ];

    [Fact]
    public async Task A_picture_shows_what_the_guest_paints_and_keys_reach_it()
    {
        await using var host = await TestHost.StartAsync();
        await BootSector.NewAsync(host, Program, VMVideoAdapter.VGA);
        Assert.Equal(VMVideoAdapter.VGA, host.Get("web01").VideoAdapter);
        Assert.Equal("VMWrongState", host.Refused(Methods.GetVMScreenshot, new GetVMScreenshot { Name = "web01" }).Id);
        host.Start("web01");
        await Poll.UntilAsync(() => Colour(host) is { Red: > 150, Green: < 20, Blue: < 20 }, () => $"a red screen, which is {Colour(host)}");

        host.Invoke(Methods.SendVMKey, new SendVMKey { Name = "web01", Keys = ["enter", "f1"], Text = "red, not green; now: G" });
        await Poll.UntilAsync(() => Colour(host) is { Red: < 20, Green: > 150, Blue: < 20 }, () => $"a green screen, which is {Colour(host)}");

        Assert.Equal((ErrorCode.InvalidArgument, "UnknownKey"), Id(host.Refused(Methods.SendVMKey, new SendVMKey { Name = "web01", Keys = ["ctrl-nokey"] })));
        Assert.Equal((ErrorCode.InvalidArgument, "UntypableText"), Id(host.Refused(Methods.SendVMKey, new SendVMKey { Name = "web01", Text = "ü" })));
        host.Invoke(Methods.NewVM, new NewVM { Name = "blind", Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true, VideoAdapter = VMVideoAdapter.None });
        host.Start("blind");
        Assert.Equal((ErrorCode.NotSupported, "NoVideoAdapter"), Id(host.Refused(Methods.GetVMScreenshot, new GetVMScreenshot { Name = "blind" })));
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", Force = true, DeleteDisk = true });
    }

    private static (ErrorCode Code, string Id) Id(VirtException e) => (e.Code, e.Id);

    // Of the pixels in the four corners and in the middle, which must be the same; null where they are not.
    private static (byte Red, byte Green, byte Blue)? Colour(TestHost host)
    {
        var shot = host.Invoke(Methods.GetVMScreenshot, new GetVMScreenshot { Name = "web01" });
        var pixels = Decode(shot.Bytes, shot.Width, shot.Height);
        (int X, int Y)[] places = [(0, 0), (shot.Width - 1, 0), (0, shot.Height - 1), (shot.Width - 1, shot.Height - 1), (shot.Width / 2, shot.Height / 2)];
        var colours = places.Select(place => pixels(place.X, place.Y)).Distinct().ToArray();
        return colours.Length == 1 ? colours[0] : null;
    }

    // PNG, RFC 2083: chunks of length, name, data and checksum; those named IDAT are one stream of zlib; each line has a filter before its bytes.
    private static Func<int, int, (byte Red, byte Green, byte Blue)> Decode(byte[] png, int width, int height)
    {
        Assert.Equal(8, png[24]); // bits of a channel
        var channels = png[25] switch { 2 => 3, 6 => 4, var other => throw new InvalidDataException($"A picture of colour type {other}.") };
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
        var stride = width * channels;
        var lines = new byte[height][];
        for (var y = 0; y < height; y++)
        {
            var filter = stream.ReadByte();
            lines[y] = new byte[stride];
            stream.ReadExactly(lines[y]);
            for (var x = 0; x < stride; x++)
            {
                var left = x < channels ? 0 : lines[y][x - channels];
                var up = y == 0 ? 0 : lines[y - 1][x];
                var corner = x < channels || y == 0 ? 0 : lines[y - 1][x - channels];
                lines[y][x] += (byte)(filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => throw new InvalidDataException($"A filter {filter}.") });
            }
        }

        return (x, y) => (lines[y][x * channels], lines[y][x * channels + 1], lines[y][x * channels + 2]);
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (byLeft, byUp, byCorner) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    }
}
