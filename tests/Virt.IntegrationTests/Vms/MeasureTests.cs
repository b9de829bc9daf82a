using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>What a machine uses, and what its guest says that it is.</summary>
public sealed class MeasureTests
{
    [Fact]
    public async Task Processor_memory_disk_and_network_are_counted()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        var before = Assert.Single(Measure(host, new MeasureVM { Name = "web01" }));
        Assert.Equal(Guest.Memory, before.MemoryLimitBytes);
        Assert.InRange(before.AssignedMemoryBytes!.Value, Guest.Memory - (1 << 20), Guest.Memory);
        Assert.InRange(before.MemoryBytes!.Value, 32 << 20, 1L << 30);
        Assert.True(before.CpuTime > TimeSpan.Zero);
        Assert.True(before.ReceivedBytes > 0 && before.SentBytes > 0, "DHCP has passed over QEMU's own network");

        host.Run("web01", "dd if=/dev/urandom of=/data/f bs=1M count=4 2>/dev/null; sync; (while :; do :; done) >/dev/null 2>&1 &");
        var after = Measure(host, new MeasureVM { Name = "web01", Interval = TimeSpan.FromSeconds(1) }).Single();
        Assert.True(after.WrittenBytes - before.WrittenBytes >= 4 << 20 && after.WriteCount > before.WriteCount, $"{before.WrittenBytes} bytes were written before and {after.WrittenBytes} after 4 MB more");
        Assert.True(after.CpuTime > before.CpuTime && after.CpuPercent > 0, $"a guest that spins has used {after.CpuPercent} %");

        // The list has it too; the first look at it was at its start, which is more than half a second ago.
        var shown = host.Get("web01");
        Assert.InRange(shown.UsedMemoryBytes!.Value, 32 << 20, 1L << 30);
        Assert.True(shown.CpuPercent > 0, $"a guest that spins has used {shown.CpuPercent} %");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.True(host.Get("web01").UsedMemoryBytes > 0, "an agent that has found it again reads what it uses");

        var seen = new Measurements();
        using var other = VirtClient.Connect(host.Endpoint, "tests/2");
        var measured = Task.Run(() => other.Invoke(Methods.MeasureVM, new MeasureVM { Name = "web01", Continuous = true, Interval = TimeSpan.FromMilliseconds(20) }, observer: seen), TestContext.Current.CancellationToken);
        await seen.First.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        host.Stop("web01", turnOff: true);
        await measured.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal((null, null), (host.Get("web01").CpuPercent, host.Get("web01").UsedMemoryBytes));
        Assert.Equal((ErrorCode.WrongState, "VMWrongState"), (host.Refused(Methods.MeasureVM, new MeasureVM { Name = "web01" }).Code, host.Refused(Methods.MeasureVM, new MeasureVM { Name = "web01" }).Id));
    }

    [Fact]
    public async Task In_a_network_the_link_is_counted_from_the_guests_side_and_a_guest_says_what_it_is()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "lan" });
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "lan" });
        var silent = host.Refused(Methods.GetVMGuest, new GetVMGuest { Name = "web01" });
        Assert.Equal(ErrorCode.WrongState, silent.Code);
        var vm = host.Boot("web01");
        var before = Measure(host, new MeasureVM { Name = "web01" }).Single();
        await host.RunAsync("busybox", "ping", "-c", "2", "-s", "1000", vm.IPAddresses[0]);
        var after = Measure(host, new MeasureVM { Name = "web01" }).Single();
        Assert.True(after.ReceivedBytes - before.ReceivedBytes >= 2000, $"{before.ReceivedBytes} bytes were received before and {after.ReceivedBytes} after 2000 more");
        Assert.True(after.SentBytes - before.SentBytes >= 2000, $"{before.SentBytes} bytes were sent before and {after.SentBytes} after 2000 more");

        var guest = host.Invoke(Methods.GetVMGuest, new GetVMGuest { Name = "web01" });
        Assert.Equal((vm.Id, "web01", "web01"), (guest.Id, guest.Name, guest.HostName));
        Assert.Equal(host.Run("web01", "uname -r"), guest.KernelRelease);
        Assert.Equal(host.Run("web01", ". /etc/os-release; echo $PRETTY_NAME"), guest.OSName);
        Assert.Equal(vm.IPAddresses, guest.IPAddresses);
        Assert.Equal(vm.MacAddress, guest.Interfaces.Single(static i => i.Name == "eth0").MacAddress);
        Assert.Contains(guest.FileSystems, static f => f.MountPoint == "/data");
        Assert.NotEmpty(guest.AgentVersion);
        Assert.Empty(guest.Packages);

        // By the package managers that its busybox is not one of itself.
        foreach (var (program, output, expected) in new[]
        {
            ("apk", "echo 'busybox-binsh-1.36.1-r29 x86_64 {busybox} (GPL-2.0-only) [installed]'; echo WARNING: no", "busybox-binsh 1.36.1-r29"),
            ("dpkg-query", """printf 'installed\tbash\t5.2.15-2\nconfig-files\told\t1\n'""", "bash 5.2.15-2"),
        })
        {
            host.Run("web01", $"rm -f /bin/apk /bin/{program}; cat > /bin/{program} <<'E'\n#!/bin/sh\n{output}\nE\nchmod 755 /bin/{program}");
            guest = host.Invoke(Methods.GetVMGuest, new GetVMGuest { Name = "web01", IncludePackages = true });
            Assert.Equal((program, expected), (program, string.Join(' ', guest.Packages.Select(static package => package.ToString()))));
        }
    }

    [Fact]
    public async Task Without_a_guest_agent_there_is_nobody_to_say_what_the_guest_is()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.Start("web01");
        var silent = host.Refused(Methods.GetVMGuest, new GetVMGuest { Name = "web01" });
        Assert.Equal((ErrorCode.Unavailable, "GuestAgentSilent", "Wait-VM -Name web01 -For GuestAgent"), (silent.Code, silent.Id, silent.RecommendedAction));
        Assert.True(Measure(host, new MeasureVM { Name = "web01" }).Single().MemoryBytes > 0);
    }

    private static List<VMMeasurement> Measure(TestHost host, MeasureVM request)
    {
        var seen = new Measurements();
        host.Invoke(Methods.MeasureVM, request, seen);
        return seen.Items;
    }

    private sealed class Measurements : ICallObserver
    {
        public List<VMMeasurement> Items { get; } = [];

        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Message message)
        {
            Items.Add(MessageCodec.ReadValue(message, VMMeasurement.WireFormat.Read));
            First.TrySetResult();
        }
    }
}
