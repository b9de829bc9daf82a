using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>What goes through the guest agent, and what becomes of a guest that fails.</summary>
public sealed class GuestTests
{
    [Fact]
    public async Task A_command_gets_input_and_variables_and_gives_output_and_exit_code()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        var output = new Guest.OutputRecorder();
        var exit = host.Invoke(
            Methods.InvokeVMCommand,
            new InvokeVMCommand { Name = "web01", Command = ["sh", "-c", "cat; echo $A; echo bad >&2; exit 3"], Input = "in\n"u8.ToArray(), Environment = new Dictionary<string, string> { ["A"] = "1" } },
            output);
        Assert.Equal((3, null, "in\n1\n", "bad\n"), (exit.ExitCode, exit.Signal, output.Output, output.Error));
        Assert.Equal(9, host.Invoke(Methods.InvokeVMCommand, new InvokeVMCommand { Name = "web01", Command = ["sh", "-c", "kill -9 $$"] }).Signal);

        var missing = host.Refused(Methods.InvokeVMCommand, new InvokeVMCommand { Name = "web01", Command = ["no-such-program"] });
        Assert.Equal((ErrorCode.NotFound, "CommandNotFound"), (missing.Code, missing.Id));
        var slow = host.Refused(Methods.InvokeVMCommand, new InvokeVMCommand { Name = "web01", Command = ["sleep", "1000"], Timeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(ErrorCode.Timeout, slow.Code);
        Assert.Equal("0", host.Run("web01", "ps | grep -c '[s]leep 1000' || true"));

        var port = host.Refused(Methods.WaitVM, new WaitVM { Name = "web01", For = WaitCondition.Port, Port = 80, Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(ErrorCode.Timeout, port.Code);
        Assert.Contains("a listener on its TCP port 80 was awaited", port.Message);
        host.Run("web01", "httpd -p 80");
        host.Wait("web01", WaitCondition.Port, 80);
    }

    [Fact]
    public async Task Before_its_agent_listens_a_guest_takes_no_command_and_the_errors_say_why()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.Start("web01");
        var invoke = host.Refused(Methods.InvokeVMCommand, new InvokeVMCommand { Name = "web01", Command = ["true"] });
        Assert.Equal((ErrorCode.Unavailable, "Wait-VM -Name web01 -For GuestAgent"), (invoke.Code, invoke.RecommendedAction));
        var wait = host.Refused(Methods.WaitVM, new WaitVM { Name = "web01", For = WaitCondition.GuestAgent, Timeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(ErrorCode.Timeout, wait.Code);
        Assert.Contains("the answer of its guest agent was awaited for 0.1 s, but no guest agent listens in it yet", wait.Message);
        host.Stop("web01", turnOff: true);
        wait = host.Refused(Methods.WaitVM, new WaitVM { Name = "web01", For = WaitCondition.Running, Timeout = TimeSpan.FromMilliseconds(100) });
        Assert.Contains("but it is Stopped", wait.Message);
    }

    [Fact]
    public async Task A_guest_that_panics_is_kept_paused_and_says_so()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        host.Run("web01", "(sleep 0.2; echo c > /proc/sysrq-trigger) > /dev/null 2>&1 &");
        await Poll.UntilAsync(() => host.Get("web01").State == VMState.Paused, "the state Paused after a panic");
        Assert.Equal("The guest's kernel has panicked.", host.Get("web01").Status);
        var start = host.Refused(Methods.StartVM, new StartVM { Name = "web01" });
        Assert.Equal((ErrorCode.WrongState, "Stop-VM -Name web01 -TurnOff"), (start.Code, start.RecommendedAction));

        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal((VMState.Paused, "The guest's kernel has panicked."), (host.Get("web01").State, host.Get("web01").Status));
        Assert.Equal(VMState.Stopped, host.Stop("web01", turnOff: true).State);
    }

    [Fact]
    public async Task A_disk_that_cannot_grow_pauses_the_guest_which_goes_on_when_there_is_space()
    {
        await using var host = await TestHost.StartAsync();
        var folder = System.IO.Path.Combine(host.Folder, "small");
        await host.RunAsync("mkdir", folder);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder);
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, NewVHDPath = folder + "/disk.qcow2", SwitchName = "user" });
        host.Boot("web01");
        host.Run("web01", "(dd if=/dev/urandom of=/data/big bs=1M count=24 && sync && touch /data/done) > /dev/null 2>&1 &");
        await Poll.UntilAsync(() => host.Get("web01").State == VMState.Paused, "the state Paused when the disk is full");
        Assert.Equal("Its disk cannot grow: the host's disk is full.", host.Get("web01").Status);

        await host.RunAsync("mount", "-o", "remount,size=64m", folder);
        Assert.Equal(VMState.Running, host.Start("web01").State);
        await Poll.UntilAsync(() => host.Run("web01", "ls /data").Contains("done", StringComparison.Ordinal), "the guest's write to be done");
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", Force = true, DeleteDisk = true });
        await host.RunAsync("umount", folder);
    }
}
