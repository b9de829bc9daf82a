using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Archives that hold only what has changed since a checkpoint.</summary>
public sealed class ArchiveSinceTests
{
    [Fact]
    public async Task A_machine_comes_back_from_a_whole_archive_and_what_has_changed_since()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        host.Add("web01", new AddVMDrive { NewSizeBytes = 64L << 20 });
        await WriteAsync(host, [1, 3], [5]);
        host.Checkpoint("web01", "mon", includeMemory: false);
        await WriteAsync(host, [2], []);
        await host.RunAsync("qemu-io", "-c", "write -z 3M 1M", host.Get("web01").DiskPath);
        host.Checkpoint("web01", "tue", includeMemory: false);
        await WriteAsync(host, [4], [6]);
        var pid = host.Start("web01").ProcessId;
        var files = Checkpoints.Files(host);

        // The older ones of checkpoints, the last one of the machine as it runs.
        ExportCheckpoint(host, "mon", "");
        ExportCheckpoint(host, "tue", "mon");
        host.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = At(host, "now"), Since = "tue" });
        Assert.Equal((pid, files), (host.Get("web01").ProcessId, Checkpoints.Files(host)));
        Assert.Equal(("13", "5"), (await host.ReadAsync(At(host, "mon/disk.qcow2")), await host.ReadAsync(At(host, "mon/disk1.qcow2"))));
        Assert.Equal(("2", ""), (await host.ReadAsync(At(host, "tue/disk.qcow2")), await host.ReadAsync(At(host, "tue/disk1.qcow2"))));
        Assert.Equal(("4", "6"), (await host.ReadAsync(At(host, "now/disk.qcow2")), await host.ReadAsync(At(host, "now/disk1.qcow2"))));
        Assert.Equal("", await host.BackingOfAsync(At(host, "now/disk.qcow2")));
        Assert.True(new FileInfo(At(host, "now/disk.qcow2")).Length < 2 << 20, "only what has changed is written");
        await host.RunAsync("sh", "-c", $"cd '{At(host, "now")}' && sha256sum -c --quiet SHA256SUMS");

        var now = Import(host, "now", "web02", "tue", "mon");
        Assert.Equal((made.DiskSizeBytes, "", "124", "56"), (now.DiskSizeBytes, await host.BackingOfAsync(now.DiskPath), await host.ReadAsync(now.DiskPath), await host.ReadAsync(SecondOf(host, "web02"))));
        var tuesday = Import(host, "tue", "web03", "mon");
        Assert.Equal(("12", "5"), (await host.ReadAsync(tuesday.DiskPath), await host.ReadAsync(SecondOf(host, "web03"))));
        await host.CheckDiskAsync(now.DiskPath);
        Assert.Equal(VMState.Running, host.Start("web02").State);
        host.Stop("web02", turnOff: true);
        Assert.DoesNotContain("difference", Checkpoints.Files(host), System.StringComparison.Ordinal);

        // What does not fit is named, and nothing is left.
        var before = Checkpoints.Files(host);
        Assert.Equal("BaseRequired", Refused(host, "now"));
        Assert.Equal("BaseRequired", Refused(host, "now", "mon"));
        Assert.Equal("BaseNotNeeded", Refused(host, "mon", "tue"));
        await host.RunAsync("sh", "-c", $"printf x >> '{At(host, "tue/disk.qcow2")}'");
        Assert.Equal("VMArchiveDamaged", Refused(host, "now", "mon", "tue"));
        Assert.Equal((before, "web01 web02 web03"), (Checkpoints.Files(host), host.Machines()));

        // A checkpoint of another branch is none that this has come from.
        host.Stop("web01", turnOff: true);
        host.Restore("web01", "mon");
        var error = host.Refused(Methods.ExportVM, new ExportVM { Name = "web01", Path = At(host, "other"), Since = "tue" });
        Assert.Equal((ErrorCode.WrongState, "CheckpointIsElsewhere"), (error.Code, error.Id));
        Assert.Equal("CheckpointIsElsewhere", host.Refused(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = "mon", Path = At(host, "other"), Since = "tue" }).Id);
        Assert.Equal("VMCheckpointNotFound", host.Refused(Methods.ExportVM, new ExportVM { Name = "web01", Path = At(host, "other"), Since = "nosuch" }).Id);
        Assert.False(Directory.Exists(At(host, "other")));

        static async Task WriteAsync(TestHost on, int[] first, int[] further)
        {
            await on.WriteAsync("web01", first);
            await on.WriteFileAsync(SecondOf(on, "web01"), further);
        }

        static string SecondOf(TestHost on, string machine) => on.DisksOf(machine)[1].Path;
    }

    [Fact]
    public async Task The_agent_is_ended_between_any_two_steps()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        host.Checkpoint("web01", "mon", includeMemory: false);
        await host.WriteAsync("web01", 2);
        host.Start("web01");
        ExportCheckpoint(host, "mon", "");
        var files = Checkpoints.Files(host);
        foreach (var point in VmArchiveFaults.Export)
        {
            await host.KillAtAsync(point, client => client.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = At(host, "now"), Since = "mon" }));
            Assert.Equal((point, files), (point, Checkpoints.Files(host)));
            Assert.Equal((point, point == VmArchiveFaults.ExportNamed ? "mon now" : "mon"), (point, string.Join(' ', Directory.GetFileSystemEntries(host.Files).Select(Path.GetFileName).Order(System.StringComparer.Ordinal))));
        }

        foreach (var point in VmArchiveFaults.ImportDifference.Concat(VmArchiveFaults.Import))
        {
            await host.KillAtAsync(point, client => client.Invoke(Methods.ImportVM, new ImportVM { Path = At(host, "now"), BasePaths = [At(host, "mon")], Name = "web02" }));
            Assert.Equal((point, point == VmArchiveFaults.ImportMade ? "web01 web02" : "web01"), (point, host.Machines()));
            Assert.Equal((point, point == VmArchiveFaults.ImportMade), (point, Checkpoints.Files(host) != files));
        }

        Assert.Equal("12", await host.ReadAsync(host.Get("web02").DiskPath));
        await host.CheckDiskAsync(host.Get("web02").DiskPath);
    }

    private static string At(TestHost host, string name) => Path.Combine(host.Files, name);

    private static void ExportCheckpoint(TestHost host, string name, string since) =>
        host.Invoke(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = name, Path = At(host, name), Since = since });

    private static VM Import(TestHost host, string archive, string name, params string[] bases) =>
        host.Invoke(Methods.ImportVM, new ImportVM { Path = At(host, archive), Name = name, BasePaths = [.. bases.Select(one => At(host, one))] });

    private static string Refused(TestHost host, string archive, params string[] bases) =>
        host.Refused(Methods.ImportVM, new ImportVM { Path = At(host, archive), Name = "bad", BasePaths = [.. bases.Select(one => At(host, one))] }).Id;
}
