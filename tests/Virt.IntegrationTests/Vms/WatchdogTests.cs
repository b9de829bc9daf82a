using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Events;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>What becomes of a guest that does not feed its watchdog: a system of a few bytes that lets it go and stops.</summary>
public sealed class WatchdogTests
{
    // Finds the i6300esb by the BIOS, sets its clock to 1 MHz (its register 60h), lets it go (68h), and halts: it runs out two seconds later.
    private static readonly byte[] Program =
    [
        0xB8, 0x02, 0xB1, 0xB9, 0xAB, 0x25, 0xBA, 0x86, 0x80, 0x31, 0xF6, 0xCD, 0x1A, 0xB8, 0x0C, 0xB1, 0xBF, 0x60, 0x00, 0xB9,
        0x04, 0x00, 0xCD, 0x1A, 0xB8, 0x0B, 0xB1, 0xBF, 0x68, 0x00, 0xB1, 0x02, 0xCD, 0x1A, 0xF4, 0xEB, 0xFD,
    ];

    [Fact]
    public async Task A_guest_that_does_not_feed_it_is_reset_stands_still_or_is_turned_off_and_an_event_says_so()
    {
        await using var host = await TestHost.StartAsync();
        await BootSector.NewAsync(host, Program, VMVideoAdapter.None);
        Assert.Equal(VMWatchdogAction.None, host.Get("web01").WatchdogAction);

        Assert.Equal(VMWatchdogAction.Reset, host.Invoke(Methods.SetVM, new SetVM { Name = "web01", WatchdogAction = VMWatchdogAction.Reset }).WatchdogAction);
        await using (var watch = new EventWatch(host))
        {
            host.Start("web01");
            Assert.Contains("Reset", (await watch.ForAsync("web01", VirtEventKind.VM, VirtEventAction.WatchdogExpired)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(VMState.Running, host.Get("web01").State);
        Assert.Equal("VMWrongState", host.Refused(Methods.SetVM, new SetVM { Name = "web01", WatchdogAction = VMWatchdogAction.Pause }).Id);
        host.Stop("web01", turnOff: true);

        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", WatchdogAction = VMWatchdogAction.Pause });
        host.Start("web01");
        await Poll.UntilAsync(() => host.Get("web01").State == VMState.Paused, "a guest that stands still");
        Assert.Contains("watchdog", host.Get("web01").Status, StringComparison.Ordinal);
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Contains("watchdog", host.Get("web01").Status, StringComparison.Ordinal);
        host.Stop("web01", turnOff: true);

        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", WatchdogAction = VMWatchdogAction.PowerOff });
        host.Start("web01");
        await Poll.UntilAsync(() => host.Get("web01").State == VMState.Stopped, "a machine that is off");
        Assert.Equal("InvalidWatchdogAction", host.Refused(Methods.SetVM, new SetVM { Name = "web01", WatchdogAction = (VMWatchdogAction)99 }).Id);
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true });
    }
}
