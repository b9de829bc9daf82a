using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Module;

/// <summary>Every example of the help, typed into the console host, on a host that has the VMs web01 and web02 and the containers web and job.</summary>
public sealed class ExampleTests
{
    // Where an example needs something stopped, or a guest that has come up.
    private static readonly string[] WantsStopped = ["Start-VM", "Start-Container", "Remove-Container"];
    private static readonly string[] WantsGuest = ["Stop-VM", "Wait-VM", "Invoke-VMCommand"];

    public static TheoryData<string> Names => [.. Help().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Examples_do_what_they_say_without_an_error(string name)
    {
        foreach (var code in Help()[name])
        {
            await using var host = await TestHost.StartAsync();
            Prepare(host, name);
            var result = await VirtShell.RunAsync(host.Endpoint.Text, "-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'; " + code);
            Assert.True(result.ExitCode == 0 && result.Error.Length == 0, $"'{code}' ended with {result.ExitCode}: {result.Error}{result.Output}");
        }
    }

    private static void Prepare(TestHost host, string name)
    {
        string[] vms = ["web01", "web02"];
        foreach (var vm in vms)
        {
            host.Invoke(Methods.NewVM, new NewVM { Name = vm, Image = "starter", MemoryStartupBytes = 192 << 20 });
        }

        if (WantsGuest.Contains(name))
        {
            host.Invoke(Methods.StartVM, new StartVM { Name = "web01" });
            host.Invoke(Methods.WaitVM, new WaitVM { Name = "web01", For = WaitCondition.GuestAgent, Timeout = TimeSpan.FromMinutes(2) });
        }

        host.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Name = "web", Image = "starter", Command = ["sleep", "600"] } });
        host.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Name = "job", Image = "starter", Command = ["sh", "-c", "exit 3"] } });
        if (WantsStopped.Contains(name))
        {
            host.Invoke(Methods.StopContainer, new StopContainer { Name = "web", TurnOff = true });
        }
    }

    private static Dictionary<string, string[]> Help() => XDocument.Load(RepositoryRoot.File("out", "module", "Virt", "en-US", "Virt.dll-Help.xml")).Root!.Elements().ToDictionary(
        command => command.Descendants().First(element => element.Name.LocalName == "name").Value,
        command => command.Descendants().Where(element => element.Name.LocalName == "code").Select(element => element.Value).ToArray(),
        StringComparer.Ordinal);
}
