using System;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A machine's serial console: several look and type, nobody makes the guest wait, and it outlives the agent.</summary>
public sealed class ConsoleTests
{
    [Fact]
    public async Task Several_look_and_type_and_what_was_shown_stays_also_without_an_agent()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        Assert.Equal((ErrorCode.WrongState, "VMWrongState"), (host.Refused(Methods.GetVMConsole, new GetVMConsole { Name = "web01" }).Code, host.Refused(Methods.GetVMConsole, new GetVMConsole { Name = "web01" }).Id));
        host.Boot("web01");
        host.Run("web01", "printf 'before\\n' > /dev/console");
        Assert.Contains("before\r\n", Shown(host));

        await using (var first = new ConsoleWatcher(host))
        await using (var second = new ConsoleWatcher(host))
        {
            await first.SeesAsync("before");
            host.Invoke(Methods.TypeVMConsole, new TypeVMConsole { Terminal = first.Terminal, Bytes = "echo fir''st-$((40+2))\n"u8.ToArray() });
            await first.SeesAsync("first-42\r\n");
            await second.SeesAsync("first-42\r\n");
            host.Invoke(Methods.TypeVMConsole, new TypeVMConsole { Terminal = second.Terminal, Bytes = "echo sec''ond-$((40+3))\n"u8.ToArray() });
            await first.SeesAsync("second-43\r\n");
            host.Invoke(Methods.TypeVMConsole, new TypeVMConsole { Terminal = first.Terminal, IsLeaving = true });
            await first.EndsAsync();
            host.Invoke(Methods.TypeVMConsole, new TypeVMConsole { Terminal = second.Terminal, Bytes = "echo thi''rd\n"u8.ToArray() });
            await second.SeesAsync("third\r\n");
            Assert.Equal("TerminalClosed", host.Refused(Methods.TypeVMConsole, new TypeVMConsole { Terminal = first.Terminal, Bytes = [10] }).Id);
        }

        // Nobody looks, and no agent is there to give anything back: the guest goes on.
        host.Run("web01", "(sleep 1; printf 'without\\n' > /dev/console) >/dev/null 2>&1 &");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        await Poll.UntilAsync(() => Shown(host).Contains("without\r\n", StringComparison.Ordinal), "what the guest showed while there was no agent");
        Assert.Contains("second-43\r\n", Shown(host));

        host.Run("web01", "i=0; while [ $i -lt 2000 ]; do echo line-$i-0123456789012345678901234567890123456789; i=$((i+1)); done > /dev/console; echo end > /dev/console");
        var shown = Shown(host);
        Assert.InRange(shown.Length, 60_000, 65_536);
        Assert.EndsWith("end\r\n", shown);
        Assert.DoesNotContain("second-43", shown);

        // The last words of a machine are read to their end.
        await using var last = new ConsoleWatcher(host);
        await last.SeesAsync("end");
        host.Stop("web01", turnOff: true);
        await last.EndsAsync();
    }

    private static string Shown(TestHost host) => Encoding.UTF8.GetString(host.Invoke(Methods.GetVMConsole, new GetVMConsole { Name = "web01" }).Bytes);
}
