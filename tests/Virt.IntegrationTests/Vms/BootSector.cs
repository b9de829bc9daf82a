using System.IO;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A machine whose BIOS starts a program of a few bytes: its disk is as large as a floppy, and has the program in its first sector.</summary>
internal static class BootSector
{
    /// <summary>Defines it, as web01.</summary>
    public static async Task NewAsync(TestHost host, byte[] program, VMVideoAdapter videoAdapter)
    {
        var sector = new byte[1_474_560];
        program.CopyTo(sector, 0);
        (sector[510], sector[511]) = (0x55, 0xAA);
        var (raw, disk) = (Path.Combine(host.Files, "boot.img"), Path.Combine(host.Files, "boot.qcow2"));
        await File.WriteAllBytesAsync(raw, sector, TestContext.Current.CancellationToken);
        await host.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, disk);
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, VHDPath = disk, SwitchName = "none", VideoAdapter = videoAdapter });
    }
}
