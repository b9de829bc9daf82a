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
        var picture = Picture.Of(shot);
        (int X, int Y)[] places = [(0, 0), (shot.Width - 1, 0), (0, shot.Height - 1), (shot.Width - 1, shot.Height - 1), (shot.Width / 2, shot.Height / 2)];
        var colours = places.Select(place => picture[place.X, place.Y]).Distinct().ToArray();
        return colours.Length == 1 ? colours[0] : null;
    }
}
