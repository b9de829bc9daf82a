using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A guest whose agent is dead, slow, or says what is not so: each question is a typed error in time, and the machine is whole.</summary>
public sealed class LyingGuestTests
{
    [Theory]
    [InlineData("garbage", "echo garbage")]
    [InlineData("another's answer", "echo '{\"return\": 7}'")]
    [InlineData("no end of a line", "head -c 3000000 /dev/zero | tr '\\0' x")]
    public async Task One_that_never_answers_the_sync_is_silent(string what, string answer)
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.NewDisk("web02");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept", 256);
        await AnswerAsync(host, answer);
        Check(ErrorCode.Unavailable, "GuestAgentSilent", host.Refused(Methods.InvokeVMCommand, new InvokeVMCommand { Name = "web01", Command = ["true"] }));
        Check(ErrorCode.Timeout, "VMWaitTimeout", host.Refused(Methods.WaitVM, new WaitVM { Name = "web01", For = WaitCondition.GuestAgent, Timeout = TimeSpan.FromSeconds(3) })); // the other one is there after one
        Assert.Equal((what, WorkloadHealth.Unhealthy), (what, host.Get("web01").Health));
        Assert.Equal((what, 2), (what, host.Invoke(Methods.GetVM, new GetVM()).Items.Length));
        Check(ErrorCode.Unavailable, "GuestAgentSilent", host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointType = VMCheckpointType.ProductionOnly }));
        Assert.Equal(VMCheckpointType.Standard, host.Checkpoint("web01", "x", VMCheckpointType.Production).CheckpointType);
        host.RemoveCheckpoint("web01", "x");

        // The button works without it.
        Assert.Equal(VMState.Stopped, host.Stop("web01").State);
        await host.CheckDiskAsync(made.DiskPath);
        host.Boot("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));

        void Check(ErrorCode code, string id, VirtException error) => Assert.Equal((what, code, id), (what, error.Code, error.Id));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"return\": \"yes\"}")]
    [InlineData("{\"return\": {\"pid\": \"x\", \"count\": -1, \"supported_commands\": 5}}")]
    [InlineData("{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}")]
    [InlineData("{\"return\": [{\"name\": 5, \"ip-addresses\": {}}]}")]
    public async Task One_that_answers_what_nobody_asked_is_refused(string answer)
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept", 256);
        await AnswerAsync(host, $"case $line in *guest-sync-delimited*) id=${{line##*:}}; printf \"\\377{{\\\"return\\\": %s}}\\n\" \"${{id%%[!0-9]*}}\";; *) echo '{answer}';; esac");
        NotForeseen(host.Refused(Methods.InvokeVMCommand, new InvokeVMCommand { Name = "web01", Command = ["true"] }));
        NotForeseen(host.Refused(Methods.GetVMGuest, new GetVMGuest { Name = "web01" }));
        NotForeseen(host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointType = VMCheckpointType.ProductionOnly }));
        Assert.Equal(VMCheckpointType.Standard, host.Checkpoint("web01", "x", VMCheckpointType.Production).CheckpointType);
        Assert.Equal(VMState.Running, host.Get("web01").State);

        Assert.Equal(VMState.Stopped, host.Stop("web01", turnOff: true).State);
        host.RemoveCheckpoint("web01", "x");
        await host.CheckDiskAsync(made.DiskPath);
        host.Boot("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));

        static void NotForeseen(VirtException error) => Assert.True(error.Code is ErrorCode.Unavailable or ErrorCode.NotSupported or ErrorCode.NotFound, $"{error.Code} {error.Id}: {error.Message}");
    }

    // Another one, which says this to each line that it hears.
    private static async Task AnswerAsync(TestHost host, string answer)
    {
        var script = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"#!/bin/sh\nkill $(pidof qemu-ga)\nsleep 1\nexec 3<>/dev/virtio-ports/org.qemu.guest_agent.0\nwhile read -r line <&3; do {answer}; done >&3\n"));
        host.Run("web01", $"echo {script} | base64 -d > /run/liar; setsid sh -c 'sleep 1; exec sh /run/liar' > /dev/null 2>&1 &");
        await Poll.UntilAsync(() => host.Get("web01").Health != WorkloadHealth.Healthy, "the end of its own agent");
    }
}
