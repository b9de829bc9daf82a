using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>The letters of a PC's BIOS, which most systems have taken over, and those of UEFI, each learnt from a machine that shows all of them.</summary>
public sealed class ScreenFonts : IAsyncLifetime
{
    private const int BiosHeight = 16;
    private const int UefiHeight = 19;

    /// <summary>The firmware is emulated, and so is what it starts.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    // As many as a line has, and none that means something to UEFI's shell (build/payloads/startup.nsh).
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-_/()[]*'!?=+@";

    // xor ax,ax; mov ds,ax; cld; mov ax,3; int 10h; mov si,text; next: lodsb; test al,al; jz end; mov ah,0Eh; xor bx,bx; int 10h; jmp next; end: hlt; jmp end; text:
    private static readonly byte[] Program =
    [
        0x31, 0xC0, 0x8E, 0xD8, 0xFC, 0xB8, 0x03, 0x00, 0xCD, 0x10, 0xBE, 0x1D, 0x7C, 0xAC, 0x84, 0xC0, 0x74, 0x08, 0xB4, 0x0E, 0x31, 0xDB, 0xCD, 0x10, 0xEB, 0xF3, 0xF4, 0xEB, 0xFD,
        .. Encoding.ASCII.GetBytes(Alphabet), 0,
    ];

    private ScreenFont? bios;
    private ScreenFont? uefi;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await using var host = await TestHost.StartAsync();
        await BootSector.NewAsync(host, Program, VMVideoAdapter.VGA);
        host.Start("web01");
        await Poll.UntilAsync(() => (bios = ScreenFont.Learn(PictureOf(host, "web01"), BiosHeight, Alphabet)) is not null, () => "the letters of the BIOS", Limit);

        var disk = Path.Combine(host.Files, "shell.qcow2");
        await host.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", RepositoryRoot.File("out", "test-images", "payloads", "shell.img"), disk);
        host.Invoke(Methods.NewVM, new NewVM { Name = "shell", Generation = 2, MemoryStartupBytes = 128L << 20, VHDPath = disk, SwitchName = "none" });
        host.Start("shell");
        await Poll.UntilAsync(() => (uefi = ScreenFont.Learn(PictureOf(host, "shell"), UefiHeight, Alphabet)) is not null, () => "the letters of UEFI", Limit);
    }

    /// <summary>What stands on a machine's screen, in whichever of the two more of it can be read.</summary>
    internal string Read(TestHost host, string name)
    {
        var picture = PictureOf(host, name);
        return new[] { bios!, uefi! }.Select(font => font.Read(picture)).MaxBy(static found => found.Letters).Text;
    }

    /// <summary>Waits until a machine's screen says that.</summary>
    internal Task SeesAsync(TestHost host, string name, string text)
    {
        var seen = "";
        return Poll.UntilAsync(() => (seen = Read(host, name)).Contains(text, StringComparison.Ordinal), () => $"'{text}' on a screen that says: {seen}", Limit);
    }

    private static Picture PictureOf(TestHost host, string name) => Picture.Of(host.Invoke(Methods.GetVMScreenshot, new GetVMScreenshot { Name = name }));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
