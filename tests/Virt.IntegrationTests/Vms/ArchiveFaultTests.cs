using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>The agent is ended between any two steps of a machine's way into an archive and out of it: that is whole afterwards, or not there.</summary>
public sealed class ArchiveFaultTests
{
    [Fact]
    public async Task While_a_running_machine_is_exported_and_while_one_is_imported()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 2);
        var pid = host.Start("web01").ProcessId;
        var path = Path.Combine(host.Files, "web01");
        foreach (var point in VmArchiveFaults.Export)
        {
            await host.KillAtAsync(point, client => client.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = path }));
            Assert.Equal((point, VMState.Running, pid, made.DiskPath, "disks/web01.qcow2"), (point, host.Get("web01").State, host.Get("web01").ProcessId, host.Get("web01").DiskPath, Checkpoints.Files(host)));
            var isWhole = point == VmArchiveFaults.ExportNamed;
            Assert.Equal((point, isWhole ? "web01" : ""), (point, string.Join(' ', Directory.GetFileSystemEntries(host.Files).Select(Path.GetFileName))));
        }

        await host.RunAsync("sh", "-c", $"cd '{path}' && sha256sum -c --quiet SHA256SUMS && qemu-img check -q disk.qcow2");
        foreach (var point in VmArchiveFaults.Import)
        {
            await host.KillAtAsync(point, client => client.Invoke(Methods.ImportVM, new ImportVM { Path = path, Name = "web02" }));
            var isWhole = point == VmArchiveFaults.ImportMade;
            Assert.Equal((point, isWhole ? "web01 web02" : "web01", isWhole ? "disks/web01.qcow2\ndisks/web02.qcow2" : "disks/web01.qcow2"), (point, host.Machines(), Checkpoints.Files(host)));
        }

        Assert.Equal("12", await host.ReadAsync(host.Get("web02").DiskPath));
        await host.CheckDiskAsync(host.Get("web02").DiskPath);
        host.Stop("web01", turnOff: true);
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("12", await host.ReadAsync(made.DiskPath));
        Directory.Delete(path, recursive: true);
    }
}
