using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Firmware that an admin has brought: here a program of one jump, which writes a letter to the serial port.</summary>
public sealed class FirmwareTests
{
    [Fact]
    public async Task A_machine_begins_with_it_whoever_may_read_it()
    {
        await using var host = await TestHost.StartAsync();
        var rom = Write(host, 'A');
        File.SetUnixFileMode(rom, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        host.Invoke(Methods.NewVM, New("web01", rom));
        var shown = host.Invoke(Methods.GetVMFirmware, new GetVMFirmware { Names = ["web01"] }).Items[0];
        Assert.Equal(("ROM", rom), (shown.Type, shown.FirmwarePath));
        host.Start("web01");
        await WritesAsync(host, "web01", "A");
        Assert.Equal("VMWrongState", host.Refused(Methods.SetVMFirmware, Set("")).Id);

        // It is read at each start, and a copy begins with it too.
        Write(host, 'B');
        host.Stop("web01", turnOff: true);
        host.Start("web01");
        await WritesAsync(host, "web01", "B");
        host.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", NewName = "web02" });
        host.Start("web02");
        await WritesAsync(host, "web02", "B");

        host.Stop("web01", turnOff: true);
        Assert.Equal(("BIOS", ""), Shown(host.Invoke(Methods.SetVMFirmware, Set(""))));
        host.Start("web01");
        Assert.DoesNotContain("-bios", await File.ReadAllTextAsync($"/proc/{host.Get("web01").ProcessId}/cmdline", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_checkpoint_was_started_with_is_part_of_it()
    {
        await using var host = await TestHost.StartAsync();
        var rom = Write(host, 'A');
        host.Invoke(Methods.NewVM, New("web01", rom) with { NoVHD = false, NewVHDSizeBytes = 16L << 20 });
        host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "before" });
        Assert.Equal("FirmwareStays", host.Refused(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { Name = "before", VMName = "web01", Path = Path.Combine(host.Files, "archive") }).Id);
        Assert.Equal(("BIOS", ""), Shown(host.Invoke(Methods.SetVMFirmware, Set(""))));
        host.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { Name = "before", VMName = "web01" });
        Assert.Equal(rom, host.Invoke(Methods.GetVMFirmware, new GetVMFirmware { Names = ["web01"] }).Items[0].FirmwarePath);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_changes_nothing()
    {
        await using var host = await TestHost.StartAsync();
        var rom = Write(host, 'A');
        Assert.Equal("NeedsBios", host.Refused(Methods.NewVM, New("web01", rom) with { Generation = 2 }).Id);
        Assert.Equal("StartsKernel", host.Refused(Methods.NewVM, New("web01", rom) with { NoVHD = false, Image = "starter" }).Id);
        Assert.Equal("WarmWithFirmware", host.Refused(Methods.NewVM, New("web01", rom) with { NoVHD = false, Image = "starter", Warm = true }).Id);
        Assert.Equal("FirmwareNotFound", host.Refused(Methods.NewVM, New("web01", rom + "x")).Id);
        host.Invoke(Methods.NewVM, New("web01", rom));
        Assert.Equal("InvalidPath", host.Refused(Methods.SetVMFirmware, Set("u-boot.rom")).Id);
        Assert.Equal("FirmwareStays", host.Refused(Methods.ExportVM, new ExportVM { Name = "web01", Path = Path.Combine(host.Files, "archive") }).Id);
        File.Move(rom, rom + ".away");
        var gone = host.Refused(Methods.StartVM, new StartVM { Name = "web01" });
        Assert.Equal(("FirmwareNotFound", rom), (gone.Id, gone.Target));
        await File.WriteAllBytesAsync(rom, new byte[1000], TestContext.Current.CancellationToken);
        Assert.Equal("InvalidFirmware", host.Refused(Methods.StartVM, new StartVM { Name = "web01" }).Id);
        File.Move(rom + ".away", rom, overwrite: true);
        host.Start("web01");
        await WritesAsync(host, "web01", "A");
    }

    private static NewVM New(string name, string rom) => new() { Name = name, Generation = 1, MemoryStartupBytes = 64L << 20, NoVHD = true, SwitchName = "none", FirmwarePath = rom };

    private static SetVMFirmware Set(string path) => new() { Name = "web01", FirmwarePath = path };

    private static (string Type, string Path) Shown(VMFirmware firmware) => (firmware.Type, firmware.FirmwarePath);

    private static string TextOf(TestHost host, string name) => Encoding.UTF8.GetString(host.Invoke(Methods.GetVMConsole, new GetVMConsole { Name = name }).Bytes);

    private static Task WritesAsync(TestHost host, string name, string text) => Poll.UntilAsync(() => TextOf(host, name).Contains(text, StringComparison.Ordinal), () => $"'{text}' on the console of {name}, which says '{TextOf(host, name)}'");

    // The processor begins 16 bytes before the end: jmp to 0 of the segment F000, where: mov dx,3F8h; mov al,letter; out dx,al; end: hlt; jmp end.
    private static string Write(TestHost host, char letter)
    {
        var bytes = new byte[64 << 10];
        byte[] program = [0xBA, 0xF8, 0x03, 0xB0, (byte)letter, 0xEE, 0xF4, 0xEB, 0xFD];
        program.CopyTo(bytes, 0);
        byte[] start = [0xEA, 0x00, 0x00, 0x00, 0xF0];
        start.CopyTo(bytes, bytes.Length - 16);
        var path = Path.Combine(host.Files, "own.rom");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
