using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Machines on their way into a folder and out of it: the same disk and settings, verified to the last byte, and nothing left where it fails.</summary>
public sealed class ArchiveTests
{
    [Fact]
    public async Task A_running_machine_is_exported_and_imported_with_another_identity()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 3);
        host.Checkpoint("web01", "kept");
        await host.WriteAsync("web01", 2);
        var pid = host.Start("web01").ProcessId;
        var path = Path.Combine(host.Files, "web01");
        var files = Checkpoints.Files(host);
        var exported = host.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = path });
        Assert.Equal((VMState.Running, pid, "Its checkpoints are not part of the archive."), (exported.State, exported.ProcessId, exported.Status));
        Assert.Equal(("SHA256SUMS disk.qcow2 virt-vm.json", files), (Names(path), Checkpoints.Files(host)));
        await host.RunAsync("sh", "-c", $"cd '{path}' && sha256sum -c --quiet SHA256SUMS && qemu-img check -q disk.qcow2");
        Assert.Equal(("", "123"), (await host.BackingOfAsync(path + "/disk.qcow2"), await host.ReadAsync(path + "/disk.qcow2")));

        var vm = host.Invoke(Methods.ImportVM, new ImportVM { Path = path, Name = "web02" });
        Assert.Equal((VMState.Stopped, made.MemoryBytes, made.DiskSizeBytes, made.Network, made.Generation), (vm.State, vm.MemoryBytes, vm.DiskSizeBytes, vm.Network, vm.Generation));
        Assert.Equal(4, new[] { made, vm }.SelectMany(static one => new[] { $"{one.Id}", one.MacAddress }).Distinct().Count());
        Assert.Equal("123", await host.ReadAsync(vm.DiskPath));
        Assert.Equal(VMState.Running, host.Start("web02").State);
        host.Stop("web02", turnOff: true);
        await host.CheckDiskAsync(vm.DiskPath);

        // The identity can be had where nobody has it.
        Assert.Equal("VMAlreadyExists", host.Refused(Methods.ImportVM, new ImportVM { Path = path, Name = "web03", KeepIdentity = true }).Id);
        host.Remove("web01");
        var again = host.Invoke(Methods.ImportVM, new ImportVM { Path = path, KeepIdentity = true });
        Assert.Equal((made.Id, "web01", made.MacAddress), (again.Id, again.Name, again.MacAddress));
        Directory.Delete(path, recursive: true);
    }

    [Fact]
    public async Task A_linked_copy_is_exported_whole()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        host.Copy("web01", "copy");
        await host.WriteAsync("copy", 2);
        host.Start("web01");
        var path = Path.Combine(host.Files, "copy");
        host.Invoke(Methods.ExportVM, new ExportVM { Name = "copy", Path = path });
        Assert.Equal(("", "12"), (await host.BackingOfAsync(path + "/disk.qcow2"), await host.ReadAsync(path + "/disk.qcow2")));
        Assert.Equal("web01", host.Get("copy").LinkedTo);
        Directory.Delete(path, recursive: true);
    }

    [Fact]
    public async Task What_is_damaged_or_missing_is_named_and_nothing_is_left()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        var path = Path.Combine(host.Files, "web01");
        host.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = path });
        var files = Checkpoints.Files(host);
        foreach (var name in Names(path).Split(' '))
        {
            var file = Path.Combine(path, name);
            var right = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            var wrong = right.ToArray();
            wrong[wrong.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, wrong, TestContext.Current.CancellationToken);
            var error = host.Refused(Methods.ImportVM, new ImportVM { Path = path, Name = "bad" });
            Assert.Equal((name, ErrorCode.DataLoss, "VMArchiveDamaged"), (name, error.Code, error.Id));
            await File.WriteAllBytesAsync(file, right, TestContext.Current.CancellationToken);
            Assert.Equal((name, "web01", files), (name, host.Machines(), Checkpoints.Files(host)));
        }

        // Checksums that are right prove nothing about who wrote them: a disk that would let QEMU read another file.
        await host.RunAsync("sh", "-c", $"cd '{path}' && rm disk.qcow2 && qemu-img create -q -f qcow2 -b /etc/hostname -F raw disk.qcow2 64M && sha256sum virt-vm.json disk.qcow2 > SHA256SUMS");
        Assert.Equal(ErrorCode.DataLoss, host.Refused(Methods.ImportVM, new ImportVM { Path = path, Name = "bad" }).Code);
        Assert.Equal("NetworkNotFound", host.Refused(Methods.ImportVM, new ImportVM { Path = path, Name = "bad", SwitchName = "no-such" }).Id);
        Assert.Equal("VMAlreadyExists", host.Refused(Methods.ImportVM, new ImportVM { Path = path }).Id);
        Assert.Equal("ArchiveNotFound", host.Refused(Methods.ImportVM, new ImportVM { Path = path + "x" }).Id);
        Assert.Equal("NotAVMArchive", host.Refused(Methods.ImportVM, new ImportVM { Path = host.StateFolder }).Id);
        Assert.Equal("ArchiveExists", host.Refused(Methods.ExportVM, new ExportVM { Name = "web01", Path = path }).Id);
        Assert.Equal("InvalidPath", host.Refused(Methods.ExportVM, new ExportVM { Name = "web01", Path = path + ".tar" }).Id);

        // A host that is full says so before it begins.
        await host.RunAsync("sh", "-c", $"mkdir '{host.Files}/small' && mount -t tmpfs -o size=8m none '{host.Files}/small'");
        var full = host.Refused(Methods.ExportVM, new ExportVM { Name = "web01", Path = $"{host.Files}/small/web01" });
        Assert.Equal((ErrorCode.ResourceExhausted, "NoSpaceForDisk"), (full.Code, full.Id));
        await host.RunAsync("umount", $"{host.Files}/small");
        Assert.Equal(("web01", files), (host.Machines(), Checkpoints.Files(host)));
        Directory.Delete(path, recursive: true);
    }

    private static string Names(string folder) => string.Join(' ', Directory.GetFileSystemEntries(folder).Select(static path => Path.GetFileName(path)).Order(System.StringComparer.Ordinal));
}
