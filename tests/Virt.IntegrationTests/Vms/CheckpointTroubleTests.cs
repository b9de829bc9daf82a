using System;
using System.Diagnostics;
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

/// <summary>What can go wrong with a checkpoint: one typed error each, the guest runs on, and nothing is left behind.</summary>
public sealed class CheckpointTroubleTests
{
    [Fact]
    public async Task A_qemu_that_dies_while_one_is_made_loses_nothing_of_the_disk()
    {
        string[] points = [CheckpointFaults.Saving, CheckpointFaults.Switched, CheckpointFaults.Running];
        await using var host = await TestHost.MakeAsync();
        host.Faults = string.Join(',', points.Select(static p => p + "=hold"));
        await host.StartAgentAsync();
        var made = host.New("web01");
        var sum = "";
        foreach (var point in points)
        {
            var pid = host.Boot("web01").ProcessId!.Value;
            if (sum.Length > 0)
            {
                Assert.Equal(sum, host.ReadFile("web01", "kept"));
            }

            sum = host.WriteFile("web01", "kept", 512);
            using var client = VirtClient.Connect(host.Endpoint, "tests/1");
            var call = Task.Run(() => Assert.Throws<VirtException>(() => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x" })), TestContext.Current.CancellationToken);
            foreach (var passed in points.TakeWhile(p => p != point).Append(point))
            {
                await host.HeldAtAsync(passed);
                if (passed == point)
                {
                    using var qemu = Process.GetProcessById(pid);
                    qemu.Kill();
                    await qemu.WaitForExitAsync(TestContext.Current.CancellationToken);
                }

                host.Release(passed);
            }

            if (point == CheckpointFaults.Running)
            {
                // Everything was kept by then.
                await Assert.ThrowsAnyAsync<Exception>(() => call);
                host.RemoveCheckpoint("web01", "x");
            }
            else
            {
                Assert.Equal(ErrorCode.Unavailable, (await call).Code);
            }

            host.Wait("web01", WaitCondition.Stopped);
            Assert.Equal((point, VMState.Failed, "", made.DiskPath, "disks/web01.qcow2"), (point, host.Get("web01").State, host.CheckpointNames("web01"), host.Get("web01").DiskPath, host.Files()));
        }
    }

    [Fact]
    public async Task A_qemu_that_dies_while_one_is_removed_loses_nothing_of_the_disk()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = CheckpointFaults.Copied + "=hold";
        await host.StartAgentAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId!.Value;
        host.Checkpoint("web01", "x");
        var sum = host.WriteFile("web01", "kept", 512);
        using var client = VirtClient.Connect(host.Endpoint, "tests/1");
        var call = Task.Run(() => client.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "web01", Name = "x" }), TestContext.Current.CancellationToken);
        await host.HeldAtAsync(CheckpointFaults.Copied);
        using (var qemu = Process.GetProcessById(pid))
        {
            qemu.Kill();
            await qemu.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        host.Release(CheckpointFaults.Copied);
        Assert.Equal("x", (await call).Name);
        Assert.Equal((VMState.Failed, made.DiskPath, "disks/web01.qcow2"), (host.Get("web01").State, host.Get("web01").DiskPath, host.Files()));
        await host.CheckDiskAsync(made.DiskPath);
        host.Boot("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
    }

    [Fact]
    public async Task A_guest_that_writes_all_the_time_comes_back_whole()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        host.Run("web01", "i=0; (while :; do i=$((i+1)); dd if=/dev/zero of=/run/busy bs=64k count=128; dd if=/dev/urandom of=/data/part bs=16k count=16; md5sum < /data/part > /data/part.sum; sync; mv /data/part /data/whole; mv /data/part.sum /data/whole.sum; done) > /dev/null 2>&1 &");
        await Poll.UntilAsync(() => host.Run("web01", "echo /data/*").Contains("whole.sum", StringComparison.Ordinal), "the first file that the guest writes");
        var checkpoint = host.Checkpoint("web01", "busy");
        TestContext.Current.SendDiagnosticMessage($"under load: pause {checkpoint.PauseDuration.TotalMilliseconds} ms, {checkpoint.SizeBytes >> 20} MiB");
        Assert.InRange(checkpoint.SizeBytes, 1, 3 * Guest.Memory);
        host.RemoveCheckpoint("web01", "busy");
        host.Checkpoint("web01", "again");
        host.Restore("web01", "again");
        host.RemoveCheckpoint("web01", "again");
        host.Run("web01", "for p in $(pidof sh); do [ $p = $$ ] || kill -9 $p; done; sync; true");
        host.Stop("web01");
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("disks/web01.qcow2", host.Files());
        host.Boot("web01");
        Assert.Equal("ok", host.Run("web01", "cd /data; sum=$(md5sum < whole); grep -qs \"$sum\" whole.sum part.sum && echo ok"));
    }

    [Fact]
    public async Task A_host_without_the_space_is_refused_before_and_survived_meanwhile()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = CheckpointFaults.Attached + "=hold";
        await host.StartAgentAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var folder = Path.Combine(host.StateFolder, "vms", made.Id.ToString("N"));
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", folder);
        var refused = host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01" });
        Assert.Equal((ErrorCode.ResourceExhausted, "NoSpaceForCheckpoint"), (refused.Code, refused.Id));
        Assert.Contains("has 100 MiB free; 256 MiB are required (192 for its memory and 64 in reserve)", refused.Message);

        await host.RunAsync("mount", "-o", "remount,size=300m", folder);
        using var client = VirtClient.Connect(host.Endpoint, "tests/1");
        var call = Task.Run(() => Assert.Throws<VirtException>(() => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01" })), TestContext.Current.CancellationToken);
        await host.HeldAtAsync(CheckpointFaults.Attached);
        await host.RunAsync("dd", "if=/dev/zero", $"of={folder}/fill", "bs=1M", "count=280", "status=none");
        host.Release(CheckpointFaults.Attached);
        var full = await call;
        Assert.Equal((ErrorCode.ResourceExhausted, "NoSpaceForCheckpoint"), (full.Code, full.Id));
        Assert.Equal((VMState.Running, made.DiskPath, ""), (host.Get("web01").State, host.Get("web01").DiskPath, host.CheckpointNames("web01")));
        Assert.Equal("fill", (await host.RunAsync("ls", folder)).Trim());
        Assert.Equal("disks/web01.qcow2", host.Files());
        Assert.Equal("ok", host.Run("web01", "echo ok"));
        await host.RunAsync("umount", folder);
    }

    [Fact]
    public async Task One_that_is_cancelled_leaves_nothing_and_the_guest_runs_on()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = CheckpointFaults.Paused + "=hold";
        await host.StartAgentAsync();
        host.New("web01");
        host.Boot("web01");
        using var client = VirtClient.Connect(host.Endpoint, "tests/1");
        var call = Task.Run(() => Assert.Throws<VirtException>(() => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01" })), TestContext.Current.CancellationToken);
        await host.HeldAtAsync(CheckpointFaults.Paused);
        Assert.Equal(VMState.Running, host.Get("web01").State);
        var operation = Assert.Single(host.Invoke(Methods.GetVirtOperation, new GetVirtOperation { RunningOnly = true }).Items);
        host.Invoke(Methods.StopVirtOperation, new StopVirtOperation { Id = operation.Id });
        Assert.Equal(ErrorCode.Cancelled, (await call).Code);
        host.Release(CheckpointFaults.Paused);
        Assert.Equal(("ok", "disks/web01.qcow2", ""), (host.Run("web01", "echo ok"), host.Files(), host.CheckpointNames("web01")));
    }

    [Fact]
    public async Task A_machine_that_is_off_keeps_its_disk_and_its_UEFI_variables()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 2, MemoryStartupBytes = Guest.Memory });
        var nvram = Path.Combine(host.StateFolder, "vms", made.Id.ToString("N"), "nvram.fd");
        await File.WriteAllTextAsync(nvram, "before", TestContext.Current.CancellationToken);
        var whatIf = new CallOptions { WhatIf = true };
        var files = host.Files();
        Assert.Equal("x", host.Client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x" }, whatIf).Name);
        Assert.Equal(files, host.Files());

        Assert.False(host.Checkpoint("web01", "before").HasMemory);
        await File.WriteAllTextAsync(nvram, "after", TestContext.Current.CancellationToken);
        host.Client.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "before" }, whatIf);
        Assert.Equal("after", await File.ReadAllTextAsync(nvram, TestContext.Current.CancellationToken));
        Assert.Equal(VMState.Stopped, host.Restore("web01", "before").State);
        Assert.Equal("before", await File.ReadAllTextAsync(nvram, TestContext.Current.CancellationToken));

        // Its disk stays, as one file, when it goes.
        Assert.Equal(made.DiskPath, host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01" }).DiskPath);
        Assert.Equal("disks/web01.qcow2", host.Files());
        File.Delete(made.DiskPath);
    }

    [Fact]
    public async Task What_is_wrong_with_a_name_is_said_with_the_nearest_one()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        var named = host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", Notes = "why" });
        Assert.StartsWith("web01 - 20", named.Name);
        Assert.Equal("why", host.GetCheckpoints("web01")[0].Notes);
        host.Checkpoint("web01", "before");
        var taken = host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "BEFORE" });
        Assert.Equal((ErrorCode.AlreadyExists, "Cannot checkpoint VM 'web01': it has a checkpoint 'BEFORE' already."), (taken.Code, taken.Message));
        Assert.Equal(ErrorCode.InvalidArgument, host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "a*" }).Code);
        var missing = host.Refused(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "befor" });
        Assert.Equal((ErrorCode.NotFound, "Cannot restore VM checkpoint 'befor' of VM 'web01': no checkpoint has that name; did you mean 'before'?"), (missing.Code, missing.Message));
        Assert.Equal("VMCheckpointNotFound", host.Refused(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { Id = Guid.NewGuid() }).Id);
        var list = host.Invoke(Methods.GetVMCheckpoint, new GetVMCheckpoint { VMNames = ["web*", "wb01"], Names = ["bef*", "nothing"] });
        Assert.Equal("before", Assert.Single(list.Items).Name);
        Assert.Equal(["VMNotFound", "VMCheckpointNotFound"], list.Errors.Select(static e => e.Id));
        var owner = host.Refused(Methods.NewVM, new NewVM { Name = "web02", VHDPath = Path.Combine(host.StateFolder, "disks", "web01.qcow2") });
        Assert.Equal((ErrorCode.Conflict, "DiskInUse"), (owner.Code, owner.Id));
    }
}
