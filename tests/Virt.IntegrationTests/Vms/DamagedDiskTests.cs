using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A disk that was cut off, is another process's, or has lost what it stands on: a typed error each, and nothing is made worse.</summary>
public sealed class DamagedDiskTests
{
    [Fact]
    public async Task One_that_was_cut_off_is_not_started_from_nor_kept()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 2, 3);
        await host.RunAsync("cp", made.DiskPath, made.DiskPath + ".whole");
        await host.RunAsync("truncate", "--size=-1M", made.DiskPath);
        Check(host.Refused(Methods.StartVM, new StartVM { Name = "web01" }), "DiskDamaged");
        Assert.Equal(VMState.Failed, host.Get("web01").State);
        Check(host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01" }), "CheckpointDamaged");
        Assert.Equal("", host.CheckpointNames("web01"));

        // Whole again, it is as it was; and so it is with a layer below.
        await host.RunAsync("mv", made.DiskPath + ".whole", made.DiskPath);
        host.Checkpoint("web01", "x");
        await host.RunAsync("cp", made.DiskPath, made.DiskPath + ".whole");
        await host.RunAsync("truncate", "--size=-1M", made.DiskPath);
        Check(host.Refused(Methods.StartVM, new StartVM { Name = "web01" }), "DiskDamaged");
        await host.RunAsync("mv", made.DiskPath + ".whole", made.DiskPath);
        Assert.Equal(VMState.Running, host.Start("web01").State);
        host.RemoveCheckpoint("web01", "x");
        host.Stop("web01", turnOff: true);
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("123", await host.ReadAsync(made.DiskPath));

        static void Check(VirtException error, string id) => Assert.Equal((ErrorCode.DataLoss, id), (error.Code, error.Id));
    }

    [Fact]
    public async Task One_that_is_no_disk_image_any_more_is_named()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.RunAsync("dd", "if=/dev/zero", $"of={made.DiskPath}", "bs=10", "count=1", "conv=notrunc", "status=none");
        var error = host.Refused(Methods.StartVM, new StartVM { Name = "web01" });
        Assert.Equal((ErrorCode.DataLoss, "DiskDamaged"), (error.Code, error.Id));
        Assert.Equal($"Cannot start VM 'web01': its disk '{made.DiskPath}' is damaged or no disk image (Image is not in qcow2 format).", error.Message);
        Assert.Equal($"qemu-img check '{made.DiskPath}'", error.RecommendedAction);
    }

    [Fact]
    public async Task One_that_another_process_has_is_refused_and_merged_later()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        host.Checkpoint("web01", "x");
        await host.WriteAsync("web01", 2);
        foreach (var path in new[] { host.Get("web01").DiskPath, made.DiskPath })
        {
            using var holder = host.Open("qemu-io", "-c", "sleep 600000", $"json:{{\"driver\":\"qcow2\",\"backing\":null,\"file\":{{\"driver\":\"file\",\"filename\":\"{path}\"}}}}");
            await HeldAsync(host, path);
            Assert.Equal((ErrorCode.Conflict, "DiskInUse"), IdOf(host.Refused(Methods.StartVM, new StartVM { Name = "web01" })));
            if (path == made.DiskPath)
            {
                Assert.Equal((ErrorCode.Conflict, "DiskInUse"), IdOf(host.Refused(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "web01", Name = "x" })));
            }

            holder.Kill(entireProcessTree: true);
            await holder.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("", host.CheckpointNames("web01"));
        host.Checkpoint("web01", "y");
        host.RemoveCheckpoint("web01", "y");
        Assert.Equal((made.DiskPath, "disks/web01.qcow2", "12"), (host.Get("web01").DiskPath, host.Files(), await host.ReadAsync(made.DiskPath)));
        await host.CheckDiskAsync(made.DiskPath);

        static (ErrorCode Code, string Id) IdOf(VirtException error) => (error.Code, error.Id);
    }

    // By the kernel's list: who asks qemu-img takes a lock himself, and the holder that comes meanwhile is refused.
    private static async Task HeldAsync(TestHost host, string path)
    {
        var number = (await host.RunAsync("stat", "--format=%i", path)).Trim();
        await Poll.UntilAsync(() => File.ReadLines("/proc/locks").Any(line => line.Contains($":{number} ", StringComparison.Ordinal)), "the lock");
    }

    [Fact]
    public async Task One_that_has_lost_what_it_stands_on_names_it_and_is_left_alone()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        host.Checkpoint("web01", "x");
        await host.WriteAsync("web01", 2);
        host.Checkpoint("web01", "y");
        await host.WriteAsync("web01", 3);
        var files = host.Files();
        Directory.CreateDirectory(Path.Combine(host.Folder, "files"));
        await host.RunAsync("mv", made.DiskPath, made.DiskPath + ".away");
        foreach (var error in new[]
        {
            host.Refused(Methods.StartVM, new StartVM { Name = "web01" }),
            host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01" }),
            host.Refused(Methods.CopyVM, new CopyVM { Name = "web01", Full = true }),
            host.Refused(Methods.ExportVM, new ExportVM { Name = "web01", Path = Path.Combine(host.Folder, "files", "a") }),
            host.Refused(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "y" }),
        })
        {
            Assert.True(error.Code is ErrorCode.NotFound or ErrorCode.DataLoss, $"{error.Code} {error.Id}: {error.Message}");
            Assert.Contains(made.DiskPath, error.Message);
        }

        await host.RunAsync("mv", made.DiskPath + ".away", made.DiskPath);
        Assert.Equal((files, "x y"), (host.Files(), host.CheckpointNames("web01")));
        host.RemoveCheckpoint("web01", "x");
        host.RemoveCheckpoint("web01", "y");
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("123", await host.ReadAsync(made.DiskPath));
    }
}
