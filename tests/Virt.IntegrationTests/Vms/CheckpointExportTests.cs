using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>An archive of a machine as it was at a checkpoint.</summary>
public sealed class CheckpointExportTests
{
    [Fact]
    public async Task A_machine_is_made_of_it_as_it_was_and_the_first_runs_on()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        var sum = host.WriteFile("web01", "kept");
        host.Checkpoint("web01", "before");
        host.Run("web01", "rm /data/kept; sync");
        host.Checkpoint("web01", "after", VMCheckpointType.Production);
        var path = Path.Combine(host.Files, "web01");
        var exported = host.Invoke(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = "before", Path = path });
        Assert.Equal(("before", "Its memory is not part of the archive: what is made of it starts from its disk."), (exported.Name, exported.Status));
        await host.RunAsync("sh", "-c", $"cd '{path}' && sha256sum -c --quiet SHA256SUMS && qemu-img check -q disk.qcow2");
        Assert.Equal((VMState.Running, pid, "before after"), (host.Get("web01").State, host.Get("web01").ProcessId, host.CheckpointNames("web01")));

        var imported = host.Invoke(Methods.ImportVM, new ImportVM { Path = path, Name = "web02" });
        Assert.NotEqual(made.Id, imported.Id);
        host.Boot("web02");
        Assert.Equal(sum, host.ReadFile("web02", "kept"));
        Assert.Equal("", host.Run("web01", "ls /data | grep kept || true"));

        // Merging goes on as before.
        foreach (var name in new[] { "before", "after" })
        {
            host.RemoveCheckpoint("web01", name);
        }

        host.Stop("web01");
        Assert.Equal(made.DiskPath, host.Get("web01").DiskPath);
        await host.CheckDiskAsync(made.DiskPath);
        Directory.Delete(path, recursive: true);
    }

    [Fact]
    public async Task What_is_read_stays_as_it_is_though_the_checkpoint_is_removed_meanwhile()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = VmArchiveFaults.ExportBased + "=hold";
        await host.StartAgentAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        host.Checkpoint("web01", "a");
        await host.WriteAsync("web01", 2);
        host.Checkpoint("web01", "b");
        var path = Path.Combine(host.Files, "web01");
        using var client = VirtClient.Connect(host.Endpoint, "tests/1");
        var call = Task.Run(() => client.Invoke(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = "a", Path = path }), TestContext.Current.CancellationToken);
        await host.HeldAtAsync(VmArchiveFaults.ExportBased);
        var removal = Task.Run(() => host.RemoveCheckpoint("web01", "a"), TestContext.Current.CancellationToken);
        host.Release(VmArchiveFaults.ExportBased);
        Assert.Equal("a", (await call).Name);
        await removal;
        host.RemoveCheckpoint("web01", "b");
        Assert.Equal(("disks/web01.qcow2", "12"), (Checkpoints.Files(host), await host.ReadAsync(made.DiskPath)));
        Assert.Equal("1", await host.ReadAsync(Path.Combine(path, "disk.qcow2")));

        // Its settings are those of then.
        await host.StopAgentAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        host.Checkpoint("web01", "c");
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", MemoryStartupBytes = 48 << 20 });
        host.Invoke(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = "c", Path = path + "-c" });
        Assert.Equal(made.MemoryBytes, host.Invoke(Methods.ImportVM, new ImportVM { Path = path + "-c", Name = "web02" }).MemoryBytes);
    }

    [Fact]
    public async Task Whatever_ends_the_agent_it_is_whole_or_not_there()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        host.Checkpoint("web01", "a");
        await host.WriteAsync("web01", 2);
        var path = Path.Combine(host.Files, "web01");
        foreach (var point in VmArchiveFaults.Export)
        {
            await host.KillAtAsync(point, client => client.Invoke(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = "a", Path = path }));
            Assert.Equal((point, "a", 2), (point, host.CheckpointNames("web01"), Checkpoints.Files(host).Split('\n').Length));
            Assert.Equal((point, point == VmArchiveFaults.ExportNamed ? "web01" : ""), (point, string.Join(' ', Directory.GetFileSystemEntries(host.Files).Select(Path.GetFileName))));
        }

        Assert.Equal("1", await host.ReadAsync(Path.Combine(path, "disk.qcow2")));
        host.RemoveCheckpoint("web01", "a");
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("12", await host.ReadAsync(made.DiskPath));
    }

    [Fact]
    public async Task What_cannot_be_written_is_refused_before()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        host.Checkpoint("web01", "a");
        Assert.Equal("VMCheckpointNotFound", Refused("b", "/tmp/x").Id);
        Assert.Equal("InvalidPath", Refused("a", "x").Id);
        Assert.Equal("ArchiveExists", Refused("a", host.Files).Id);
        host.Client.Invoke(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = "a", Path = Path.Combine(host.Files, "a") }, new CallOptions { WhatIf = true });
        Assert.Empty(Directory.GetFileSystemEntries(host.Files));

        VirtException Refused(string name, string path) => host.Refused(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = name, Path = path });
    }
}
