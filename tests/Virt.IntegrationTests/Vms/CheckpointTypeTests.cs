using System;
using System.Diagnostics;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Production checkpoints: the guest comes to rest for them, and always goes on.</summary>
public sealed class CheckpointTypeTests
{
    [Fact]
    public async Task What_the_guest_has_not_written_out_yet_is_in_it_and_its_hooks_are_told()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        await ServeAsync(host, "echo $1 >> /run/hooks");
        var sum = host.Run("web01", "dd if=/dev/urandom of=/data/kept bs=1k count=512 2>/dev/null; md5sum < /data/kept");
        var checkpoint = host.Checkpoint("web01", "x", VMCheckpointType.ProductionOnly);
        Assert.Equal((VMCheckpointType.Production, false, ""), (checkpoint.CheckpointType, checkpoint.HasMemory, checkpoint.Status));
        Assert.Equal("freeze thaw", host.Run("web01", "echo $(cat /run/hooks)"));
        Assert.Equal((VMState.Running, pid), (host.Get("web01").State, host.Get("web01").ProcessId));
        host.Run("web01", "rm /data/kept; sync");

        Assert.Equal(VMState.Stopped, host.Restore("web01", "x").State);
        host.Boot("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
        host.Stop("web01");
        await host.CheckDiskAsync(host.Get("web01").DiskPath);
        host.RemoveCheckpoint("web01", "x");
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Fact]
    public async Task Whatever_ends_the_agent_the_guest_goes_on()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        foreach (var point in CheckpointFaults.Freeze)
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x", CheckpointType = VMCheckpointType.ProductionOnly }));
            host.Wait("web01", WaitCondition.Healthy);

            // It would hang where its file systems stand still.
            var sum = host.WriteFile("web01", "kept", 256);
            Assert.Equal((point, sum), (point, host.ReadFile("web01", "kept")));
            Assert.Equal((point, "", pid, made.DiskPath, "disks/web01.qcow2"), (point, host.CheckpointNames("web01"), host.Get("web01").ProcessId, host.Get("web01").DiskPath, host.Files()));
        }

        host.Stop("web01");
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Fact]
    public async Task A_qemu_that_dies_meanwhile_is_an_error_and_the_disk_is_whole()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = CheckpointFaults.Frozen + "=hold";
        await host.StartAgentAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId!.Value;
        var sum = host.WriteFile("web01", "kept", 256);
        using var client = VirtClient.Connect(host.Endpoint, "tests/1");
        var call = Task.Run(() => Assert.Throws<VirtException>(() => client.Invoke(Methods.CheckpointVM, Production("x"))), TestContext.Current.CancellationToken);
        await host.HeldAtAsync(CheckpointFaults.Frozen);
        using (var qemu = Process.GetProcessById(pid))
        {
            qemu.Kill();
            await qemu.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        host.Release(CheckpointFaults.Frozen);
        Assert.Equal(ErrorCode.Unavailable, (await call).Code);
        Assert.Equal((VMState.Failed, made.DiskPath, "disks/web01.qcow2"), (host.Get("web01").State, host.Get("web01").DiskPath, host.Files()));
        host.Boot("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
    }

    [Fact]
    public async Task Where_the_guest_cannot_come_to_rest_it_is_Standard_or_an_error()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");

        // Its agent stands still, then is another that a hook forbids it, then is gone.
        host.Run("web01", "setsid sh -c 'sleep 1; kill -STOP $(pidof qemu-ga)' > /dev/null 2>&1 &");
        await Poll.UntilAsync(() => host.Get("web01").Health == WorkloadHealth.Unhealthy, "the agent's silence");
        Assert.Equal("its guest agent does not answer", Refused(host, "GuestAgentSilent"));
        var fallen = host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "silent", CheckpointType = VMCheckpointType.Production });
        Assert.Equal((VMCheckpointType.Standard, true, "It is Standard: its guest agent does not answer."), (fallen.CheckpointType, fallen.HasMemory, fallen.Status));
        Assert.Equal(fallen.Status, host.GetCheckpoints("web01")[0].Status);
        host.Stop("web01", turnOff: true);

        host.Boot("web01");
        await ServeAsync(host, "[ $1 != freeze ]");
        Assert.StartsWith("its guest did not come to rest (guest-fsfreeze-freeze: ", Refused(host, "GuestNotFrozen"));
        Assert.Equal(VMCheckpointType.Standard, host.Checkpoint("web01", "forbidden", VMCheckpointType.Production).CheckpointType);
        host.WriteFile("web01", "kept", 64);

        host.Run("web01", "setsid sh -c 'sleep 1; kill $(pidof qemu-ga)' > /dev/null 2>&1 &");
        await Poll.UntilAsync(() => host.Get("web01").Health == WorkloadHealth.Unhealthy, "the agent's end");
        Assert.Equal("no guest agent listens in it", Refused(host, "GuestAgentSilent"));
        Assert.Equal("It is Standard: no guest agent listens in it.", host.Checkpoint("web01", "gone", VMCheckpointType.Production).Status);
        Assert.Equal("silent forbidden gone", host.CheckpointNames("web01"));
        host.Stop("web01", turnOff: true);
        await host.CheckDiskAsync(host.Get("web01").DiskPath);
    }

    [Fact]
    public async Task A_machine_says_which_type_its_checkpoints_are()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        Assert.Equal(VMCheckpointType.Standard, host.Get("web01").CheckpointType);
        Assert.Equal(VMCheckpointType.Standard, host.Checkpoint("web01", "a").CheckpointType);
        Assert.Equal(VMCheckpointType.ProductionOnly, host.Invoke(Methods.SetVM, new SetVM { Name = "web01", CheckpointType = VMCheckpointType.ProductionOnly }).CheckpointType);

        // One that is off is at rest.
        Assert.Equal(VMCheckpointType.Production, host.Checkpoint("web01", "b").CheckpointType);
        Assert.Equal(VMCheckpointType.Standard, host.Checkpoint("web01", "c", VMCheckpointType.Standard).CheckpointType);
        host.Start("web01");
        Assert.Equal("no guest agent listens in it", Refused(host, "GuestAgentSilent", null));
        Assert.Equal("CheckpointsDisabled", IdOf(VMCheckpointType.Disabled, null));
        Assert.Equal("CheckpointsDisabled", IdOf(VMCheckpointType.Disabled, VMCheckpointType.Standard));
        Assert.Equal("InvalidCheckpointType", IdOf(VMCheckpointType.Standard, VMCheckpointType.Disabled));
        Assert.Equal("InvalidCheckpointType", host.Refused(Methods.SetVM, new SetVM { Name = "web01", CheckpointType = (VMCheckpointType)9 }).Id);
        Assert.Equal("a b c", host.CheckpointNames("web01"));

        string IdOf(VMCheckpointType machine, VMCheckpointType? asked)
        {
            host.Invoke(Methods.SetVM, new SetVM { Name = "web01", CheckpointType = machine });
            return host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointType = asked }).Id;
        }
    }

    private static CheckpointVM Production(string name) => new() { Name = "web01", CheckpointName = name, CheckpointType = VMCheckpointType.ProductionOnly };

    private static string Refused(TestHost host, string id, VMCheckpointType? type = VMCheckpointType.ProductionOnly)
    {
        var names = host.CheckpointNames("web01");
        var error = host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointType = type });
        Assert.Equal((id, ErrorCode.Unavailable, names), (error.Id, error.Code, host.CheckpointNames("web01")));
        Assert.Contains("Checkpoint-VM -Name web01 -CheckpointType Standard", error.RecommendedAction);
        return error.Message["Cannot checkpoint VM 'web01': ".Length..].Replace(", and without one there is no Production checkpoint.", "", StringComparison.Ordinal);
    }

    // Another guest agent, which runs a script before its file systems come to rest and after.
    private static async Task ServeAsync(TestHost host, string script)
    {
        host.Run("web01", $"printf '#!/bin/sh\\n%s\\n' '{script}' > /run/hook; chmod 755 /run/hook; setsid sh -c 'sleep 0.5; kill $(pidof qemu-ga); sleep 1; exec qemu-ga -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0 -t /run -F/run/hook' > /dev/null 2>&1 &");
        // It may answer what was asked of the one before it, a moment before it is known that it is there.
        await Poll.UntilAsync(() => IsThere(host) && host.Get("web01").Health == WorkloadHealth.Healthy, "the other guest agent");
    }

    private static bool IsThere(TestHost host)
    {
        try
        {
            return host.Run("web01", "ps | grep -q '^ *[0-9]* *0 *qemu-ga .*-F' && echo there || true") == "there";
        }
        catch (VirtException)
        {
            return false;
        }
    }
}
