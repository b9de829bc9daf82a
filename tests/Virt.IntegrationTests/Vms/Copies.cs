using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;

namespace Virt.IntegrationTests.Vms;

/// <summary>What the tests say of copies of a host's machines, in one line each.</summary>
internal static class Copies
{
    public static VM[] Copy(this TestHost host, string machine, string name = "", int count = 1, bool isFull = false) =>
        host.Invoke(Methods.CopyVM, new CopyVM { Name = machine, NewName = name, Count = count, Full = isFull }).Items;

    /// <summary>A machine with an empty disk, whose firmware comes up and waits: what is on the disk is written by qemu-io while it is off.</summary>
    public static VM NewDisk(this TestHost host, string name) =>
        host.Invoke(Methods.NewVM, new NewVM { Name = name, Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 64L << 20, SwitchName = "user" });

    /// <summary>Fills megabytes of a machine's disk with their own numbers: "1" fills the second one with ones. It must be off; what its disk stands on may be in use.</summary>
    public static Task WriteAsync(this TestHost host, string machine, params int[] megabytes) => host.WriteFileAsync(host.Get(machine).DiskPath, megabytes);

    /// <summary>The same with a disk by its path.</summary>
    public static async Task WriteFileAsync(this TestHost host, string path, params int[] megabytes)
    {
        foreach (var megabyte in megabytes)
        {
            // Whole clusters: nothing need be read from below.
            var file = $"json:{{\"driver\":\"qcow2\",\"backing\":null,\"file\":{{\"driver\":\"file\",\"filename\":\"{path}\"}}}}";
            await host.RunAsync("qemu-io", "-c", $"write -P {megabyte} {megabyte}M 1M", file);
        }
    }

    /// <summary>Which megabytes of a disk have their own numbers; the others must be empty.</summary>
    public static async Task<string> ReadAsync(this TestHost host, string path)
    {
        var found = "";
        for (var megabyte = 1; megabyte < 8; megabyte++)
        {
            var isWritten = !(await host.RunAsync("sh", "-c", $"qemu-io -r -U -c 'read -P {megabyte} {megabyte}M 1M' '{path}' || true")).Contains("Pattern verification failed", System.StringComparison.Ordinal);
            var isEmpty = !(await host.RunAsync("sh", "-c", $"qemu-io -r -U -c 'read -P 0 {megabyte}M 1M' '{path}' || true")).Contains("Pattern verification failed", System.StringComparison.Ordinal);
            Xunit.Assert.True(isWritten != isEmpty, $"megabyte {megabyte} of '{path}' is neither whole nor empty");
            found += isWritten ? $"{megabyte}" : "";
        }

        return found;
    }

    public static VM Remove(this TestHost host, string name, bool deleteDisk = true) =>
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = name, DeleteDisk = deleteDisk, Force = true });

    /// <summary>The machines, by name.</summary>
    public static string Machines(this TestHost host) => string.Join(' ', host.Invoke(Methods.GetVM, new GetVM()).Items.Select(static vm => vm.Name));

    /// <summary>What a disk says of the one that it stands on; empty: it stands on none.</summary>
    public static async Task<string> BackingOfAsync(this TestHost host, string path) =>
        (await host.RunAsync("sh", "-c", $"qemu-img info -U '{path}' | sed -n 's/^backing file: //p'")).Trim();
}
