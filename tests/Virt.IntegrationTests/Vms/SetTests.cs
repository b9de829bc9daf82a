using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Machines that change, are restarted, and are started with their host.</summary>
public sealed class SetTests
{
    private static readonly string[] Ran = ["second", "first", "never", "saved"];
    private static readonly string[] Stopped = ["saved", "paused", "off"];
    private static readonly string[] Back = ["first", "second", "always", "saved"];

    // A machine without a guest ends by its plug alone; before it is asked to, both are the same to it.
    public static TheoryData<string, bool> RestartPoints => [.. VmFaults.Restart.Select(static point => (point, true)), (VmFaults.RestartAnnounced, false)];

    [Fact]
    public async Task What_a_running_one_cannot_change_waits_for_its_restart()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        var booted = host.Boot("web01");
        var told = host.Client.Invoke(Methods.SetVM, new SetVM { Name = "web01", MemoryStartupBytes = 256L << 20 }, new() { WhatIf = true });
        Assert.Equal(["MemoryBytes 256MB"], told.PendingChanges);
        Assert.Empty(host.Get("web01").PendingChanges);

        var changed = host.Invoke(Methods.SetVM, new SetVM { Name = "web01", ProcessorCount = 2, MemoryStartupBytes = 256L << 20, Notes = "two of them" });
        Assert.Equal((1, Guest.Memory, "two of them"), (changed.ProcessorCount, changed.MemoryBytes, changed.Notes));
        Assert.Equal(["MemoryBytes 256MB", "ProcessorCount 2"], changed.PendingChanges);
        Assert.Equal(["MemoryBytes 256MB"], host.Invoke(Methods.SetVM, new SetVM { Name = "web01", ProcessorCount = 1 }).PendingChanges);

        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(["MemoryBytes 256MB"], host.Get("web01").PendingChanges);
        var restarted = host.Invoke(Methods.RestartVM, new RestartVM { Name = "web01", Timeout = TimeSpan.FromMinutes(3) });
        Assert.Equal((VMState.Running, 1, 256L << 20), (restarted.State, restarted.ProcessorCount, restarted.MemoryBytes));
        Assert.NotEqual(booted.ProcessId, restarted.ProcessId);
        Assert.Empty(restarted.PendingChanges);
        host.Wait("web01", WaitCondition.Healthy);
        Assert.InRange(long.Parse(host.Run("web01", "awk '/MemTotal/ {print $2}' /proc/meminfo"), CultureInfo.InvariantCulture), 193 << 10, 256 << 10);
    }

    [Fact]
    public async Task Its_processors_wait_for_its_restart_too()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.Start("web01");
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", ProcessorCount = 2 });
        var restarted = host.Invoke(Methods.RestartVM, new RestartVM { Name = "web01", TurnOff = true });
        Assert.Equal(2, restarted.ProcessorCount);
        Assert.Contains("-smp\02\0", await File.ReadAllTextAsync($"/proc/{restarted.ProcessId}/cmdline", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_refused_and_changes_nothing()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        Assert.Equal("InvalidMemory", host.Refused(Methods.SetVM, new SetVM { Name = "web01", MemoryStartupBytes = 1, Notes = "x" }).Id);
        Assert.Equal("InvalidProcessorCount", host.Refused(Methods.SetVM, new SetVM { Name = "web01", ProcessorCount = 0 }).Id);
        Assert.Equal("InvalidAfter", host.Refused(Methods.SetVM, new SetVM { Name = "web01", After = ["WEB01"] }).Id);
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", After = ["later"] });
        Assert.Contains("'later' after 'web01' after 'later'", host.Refused(Methods.NewVM, new NewVM { Name = "later", NoVHD = true, After = ["web01"] }).Message);
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", After = [] });
        Assert.Equal("InvalidStartDelay", host.Refused(Methods.SetVM, new SetVM { Name = "web01", AutomaticStartDelay = TimeSpan.FromDays(2) }).Id);
        Assert.Equal("InvalidPublish", host.Refused(Methods.SetVM, new SetVM { Name = "web01", Publish = ["8080:80"] }).Id);
        Assert.Equal("VMNotFound", host.Refused(Methods.SetVM, new SetVM { Name = "web1" }).Id);
        Assert.Equal("", host.Get("web01").Notes);
    }

    [Fact]
    public async Task Other_ports_lead_to_one_that_runs()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "lan", Publish = ["8080:80"] });
        host.Boot("web01");
        host.Run("web01", "echo web > /run/f; busybox httpd -p 80 -h /run");
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.1.1:8080") == "web", "the service");
        Assert.Equal(["8081:80"], host.Invoke(Methods.SetVM, new SetVM { Name = "web01", Publish = ["8081:80"] }).Ports);
        Assert.Equal(("web", ""), (await host.AskAsync("10.144.1.1:8081"), await host.AskAsync("10.144.1.1:8080")));
        host.Invoke(Methods.RenameVM, new RenameVM { Name = "web01", NewName = "www" });
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(("www", "8081:80"), (host.Get("www").Name, Assert.Single(host.Get("www").Ports)));
        Assert.Equal("web", await host.AskAsync("10.144.1.1:8081"));
        Assert.Equal("VMAlreadyExists", host.Refused(Methods.NewVM, new NewVM { Name = "WWW", NoVHD = true }).Id);
        host.NewEmpty("web01");
        Assert.Equal("VMAlreadyExists", host.Refused(Methods.RenameVM, new RenameVM { Name = "web01", NewName = "www" }).Id);
    }

    [Theory]
    [MemberData(nameof(RestartPoints))]
    public async Task An_agent_that_is_killed_while_it_restarts_one_leaves_it_running_or_the_next_starts_it(string point, bool turnOff)
    {
        await using var host = await KilledHost.AtAsync(
            point,
            host => host.Invoke(Methods.RestartVM, new RestartVM { Name = "web01", TurnOff = turnOff }),
            static host =>
            {
                host.NewEmpty("web01");
                host.Start("web01");
                return Task.CompletedTask;
            });
        await Poll.UntilAsync(() => host.Get("web01").State == VMState.Running, "the machine");
        Assert.Single(TestHost.ProcessesOf(host.Get("web01").Id.ToString("D")));
        if (point == VmFaults.RestartAnnounced)
        {
            // It was to be restarted, and is as soon as it ends, whoever ends it but its user.
            using var process = Process.GetProcessById(host.Get("web01").ProcessId!.Value);
            process.Kill();
            await Poll.UntilAsync(() => host.Get("web01") is { State: VMState.Running } now && now.ProcessId is { } id && id != process.Id, "another QEMU");
        }

        Assert.Equal(VMState.Stopped, host.Stop("web01", turnOff: true).State);
    }

    [Fact]
    public async Task One_that_is_turned_off_while_it_is_restarted_stays_off()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.Start("web01");

        // It has no guest that would hear of it.
        var restart = Task.Run(
            () =>
            {
                using var client = VirtClient.Connect(host.Endpoint, "tests/1");
                return client.Invoke(Methods.RestartVM, new RestartVM { Name = "web01", Timeout = Poll.Limit }).State;
            },
            TestContext.Current.CancellationToken);
        await Poll.UntilAsync(() => host.Get("web01").State == VMState.Stopping, "the restart");
        host.Stop("web01", turnOff: true);
        Assert.Equal(VMState.Stopped, await restart);
        Assert.Equal(VMState.Stopped, host.Get("web01").State);
    }

    [Fact]
    public async Task Stop_all_saves_or_turns_off_as_each_is_to_be_and_the_next_agent_starts_them_again()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var (name, stop, start) in new[]
        {
            ("saved", VMStopAction.Save, VMStartAction.StartIfRunning),
            ("paused", VMStopAction.Save, VMStartAction.StartIfRunning),
            ("off", VMStopAction.TurnOff, VMStartAction.StartIfRunning),
            ("never", VMStopAction.TurnOff, VMStartAction.Nothing),
        })
        {
            host.NewEmpty(name);
            host.Invoke(Methods.SetVM, new SetVM { Name = name, AutomaticStopAction = stop, AutomaticStartAction = start });
            host.Start(name);
        }

        host.Invoke(Methods.SuspendVM, new SuspendVM { Name = "paused" });
        await host.RunAsync(TestHost.AgentProgram, "stop-all", host.Endpoint.Text);
        Assert.Equal((VMState.Saved, VMState.Saved, VMState.Stopped, VMState.Stopped), (host.Get("saved").State, host.Get("paused").State, host.Get("off").State, host.Get("never").State));

        await host.KillAgentAsync();
        await host.StartAgentAsync();
        await Poll.UntilAsync(() => Stopped.All(name => host.Get(name).State == VMState.Running), "the machines");
        Assert.Equal(VMState.Stopped, host.Get("never").State);
    }

    [Fact]
    public async Task Those_that_ran_come_back_with_their_host_in_their_order()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var name in new[] { "second", "first", "off", "never", "always", "saved" })
        {
            host.NewEmpty(name);
        }

        host.Invoke(Methods.SetVM, new SetVM { Name = "second", After = ["first"] });
        host.Invoke(Methods.SetVM, new SetVM { Name = "first", AutomaticStartDelay = TimeSpan.FromSeconds(1) });
        host.Invoke(Methods.SetVM, new SetVM { Name = "never", AutomaticStartAction = VMStartAction.Nothing });
        host.Invoke(Methods.SetVM, new SetVM { Name = "always", AutomaticStartAction = VMStartAction.Start });
        host.Invoke(Methods.SetVM, new SetVM { Name = "saved", AutomaticStopAction = VMStopAction.Save });
        foreach (var name in Ran)
        {
            host.Start(name);
        }

        host.Invoke(Methods.SaveVM, new SaveVM { Name = "saved", HostStops = true });
        host.Invoke(Methods.StopVM, new StopVM { Name = "first", TurnOff = true, HostStops = true });

        // The others lose their power.
        var left = Ran.Select(name => host.Get(name).ProcessId).OfType<int>().ToList();
        await host.KillAgentAsync();
        foreach (var pid in left)
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
            await Poll.UntilAsync(() => !File.Exists($"/proc/{pid}/exe"), $"the end of process {pid}");
        }

        await File.WriteAllTextAsync(Path.Combine(host.StateFolder, "boot-id"), "another", TestContext.Current.CancellationToken);
        await host.StartAgentAsync();
        await Poll.UntilAsync(() => Back.All(name => host.Get(name).State == VMState.Running), "the machines");
        Assert.Equal((VMState.Stopped, VMState.Failed), (host.Get("off").State, host.Get("never").State));
        // Asked in one call: between two, a busy host lets the later one run on.
        var uptimes = host.Invoke(Methods.GetVM, new GetVM { Names = ["first", "second"] }).Items.ToDictionary(static vm => vm.Name, static vm => vm.Uptime);
        Assert.True(uptimes["first"] > uptimes["second"], $"{uptimes["first"]} and {uptimes["second"]}");

        // Only the host's start does so.
        host.Stop("always", turnOff: true);
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(VMState.Stopped, host.Get("always").State);
    }
}
