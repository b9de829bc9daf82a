using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Limits of processes and the score when memory runs out, which change while a container runs.</summary>
public sealed class ProcessLimitTests
{
    // A child of the first process waits, and forks again and again.
    private const string Family = "(while :; do sleep 0.05; done) & exec sleep 1000";

    public static TheoryData<string, NewContainer> Kinds => new()
    {
        { "with ids of its own", ContainerHost.Script(Family) },
        { "with the host's ids", ContainerHost.Script(Family) with { UserNamespace = ContainerUserNamespace.Host } },
        { "another user than root", ContainerHost.Script(Family) with { User = "1000:1000" } },
        { "a chroot", ContainerHost.Script(Family) with { Isolation = ContainerIsolation.Chroot } },
        { "with an init", ContainerHost.Script(Family) with { Init = true } },
    };

    public static TheoryData<string> Points => ["container.limits.written", "container.limits.made"];

    // Without CAP_SYS_RESOURCE nobody raises what another process has.
    private static bool MayRaise => ((ulong.Parse(Read("/proc/self/status").Split("CapEff:")[1].Split('\n')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> 24) & 1) != 0;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_process_gets_them_at_once_and_each_that_comes_and_a_start_gives_the_same(string kind, NewContainer request)
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(request with { Ulimits = ["nofile=5000:6000", "core=0"], StopTimeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(["5000 6000 0 0 0"], Held(host, container));

        var changed = Set(host, container, 300, "nofile=100:200", "core=0", "fsize=1000000");
        Assert.True((changed.ProcessId, changed.Status) == (container.ProcessId, ""), $"{kind}: {changed.Status}");
        Assert.Equal(("core=0:0 fsize=1000000:1000000 nofile=100:200", 300), (string.Join(' ', changed.Ulimits.Order(StringComparer.Ordinal)), changed.OutOfMemoryScore));
        Assert.Equal(["100 200 0 0 300"], Held(host, container));
        Assert.All(Processes(host, container), static id => Assert.True(Of(id, "Max file size") is "1000000 1000000" or ""));
        Assert.Equal("100 200 300\n", host.Exec(container, "echo $(ulimit -Sn) $(ulimit -Hn) $(cat /proc/self/oom_score_adj)").Output);

        Assert.Equal(container.ProcessId, Set(host, container, 0, "nofile=64", "core=0", "fsize=1000000").ProcessId);
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(["64 64 0 0 0"], Held(host, container));
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id, TurnOff = true });
        Assert.Equal(["64 64 0 0 0"], Held(host, container));
    }

    [Fact]
    public async Task What_is_raised_and_what_is_taken_away_is_so_at_once_where_the_agent_may_and_by_a_start_where_it_may_not()
    {
        await using var host = await TestHost.StartAsync();
        var usual = Held(host, host.Run(ContainerHost.Script("exec sleep 1000")));
        var container = host.Run(ContainerHost.Script(Family) with { Ulimits = ["nofile=100:200"], StopTimeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(MayRaise, !host.Client.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Ulimits = ["nofile=300"] }, new() { WhatIf = true }).Status.Contains("anew", StringComparison.Ordinal));
        var raised = Set(host, container, 0, "nofile=1000:2000");
        Assert.Equal((MayRaise, MayRaise), (raised.ProcessId == container.ProcessId, raised.Status.Length == 0));
        Assert.All(Held(host, container), static held => Assert.StartsWith("1000 2000 ", held, StringComparison.Ordinal));
        var none = Set(host, container, 0);
        Assert.Equal(MayRaise, none.ProcessId == raised.ProcessId);
        Assert.Equal(usual, Held(host, container));
        Assert.Empty(host.Get(container).Ulimits);
    }

    [Fact]
    public async Task A_command_that_runs_and_a_container_that_stands_still_get_them()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        const string Command = "echo $$ >/in; while [ ! -e /go ]; do sleep 0.02; done; (ulimit -n; cat /proc/self/oom_score_adj) >/out";
        using var client = VirtClient.Connect(host.Endpoint, "tests/1"); // one call at a time each
        var command = Task.Run(() => client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["sh", "-c", Command] }));
        await Poll.UntilAsync(() => host.Exec(container, "cat /in").Output.Length > 0, "the command");
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = container.Id });
        Assert.Equal((container.ProcessId, ContainerState.Paused), (Set(host, container, 77, "nofile=99").ProcessId, host.Get(container).State));
        host.Invoke(Methods.ResumeContainer, new ResumeContainer { Id = container.Id });
        host.Exec(container, "touch /go");
        Assert.Equal(0, (await command).ExitCode);
        Assert.Equal("99\n77\n", host.Exec(container, "cat /out").Output);
    }

    [Fact]
    public async Task What_no_process_can_have_is_refused_and_everything_is_as_it_was()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script(Family) with { Ulimits = ["nofile=100:200"], MemoryBytes = 64 << 20 });
        foreach (var whatIf in new[] { true, false })
        {
            var error = Assert.Throws<VirtException>(() => host.Client.Invoke(
                Methods.SetContainer, new SetContainer { Id = container.Id, OutOfMemoryScore = 10, Ulimits = ["fsize=5000000", "nofile=4000000000"], MemoryBytes = 32 << 20 }, new() { WhatIf = whatIf }));
            Assert.Equal((ErrorCode.InvalidArgument, "LimitRefused"), (error.Code, error.Id));
            Assert.Contains("nofile can be ", error.Message, StringComparison.Ordinal);
        }

        var now = host.Get(container);
        Assert.Equal((container.ProcessId, 0, "nofile=100:200", 64 << 20), (now.ProcessId, now.OutOfMemoryScore, Assert.Single(now.Ulimits), now.MemoryLimitBytes));
        Assert.All(Held(host, container), static held => Assert.StartsWith("100 200 ", held, StringComparison.Ordinal));
        Assert.Equal("InvalidUlimit", host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, Ulimits = ["nofile=5:4"] }).Id);
    }

    [Fact]
    public async Task Where_something_else_fails_they_are_as_before()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "lan" });
        host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "lan", Publish = ["8080:80"] });
        var container = host.Run(ContainerHost.Script(Family) with { Network = "lan" });
        var before = Held(host, container);
        Assert.Equal(ErrorCode.Conflict, host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, OutOfMemoryScore = 10, Ulimits = ["nofile=70"], Publish = ["8080:81"] }).Code);
        Assert.Equal(before, Held(host, container));
        Assert.Equal((0, 0), (host.Get(container).OutOfMemoryScore, host.Get(container).Ulimits.Length));
    }

    [Fact]
    public async Task What_comes_after_them_sees_them_with_volumes_that_change_too()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data" });
        var container = host.Run(ContainerHost.Script(Family));
        var changed = host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = ["data:/d"], OutOfMemoryScore = 20 });
        Assert.Equal((container.ProcessId, 20, "data:/d"), (changed.ProcessId, changed.OutOfMemoryScore, Assert.Single(changed.Volumes)));
        Assert.All(Held(host, container), static held => Assert.EndsWith(" 20", held, StringComparison.Ordinal));
        Assert.Equal("1\n", host.Exec(container, "grep -c ' /d ' /proc/mounts").Output);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
    }

    [Fact]
    public async Task An_agent_that_is_killed_before_they_are_raised_leaves_that_to_the_next()
    {
        var container = new Container();
        await using var host = await KilledHost.AtAsync(
            "container.limits.written",
            host => Set(host, container, 0, "nofile=300:400"),
            host =>
            {
                container = host.Run(ContainerHost.Script(Family, "c") with { Ulimits = ["nofile=100:200"], StopTimeout = TimeSpan.FromMilliseconds(50) });
                return Task.CompletedTask;
            });
        await Poll.UntilAsync(() => host.Get(container).State == ContainerState.Running && Held(host, container) is { Length: > 0 } held && Array.TrueForAll(held, static one => one.StartsWith("300 400 ", StringComparison.Ordinal)), "its limits");
        Assert.Equal("nofile=300:400", Assert.Single(host.Get(container).Ulimits));
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task An_agent_that_is_killed_in_the_middle_leaves_what_is_to_be_to_the_next(string point)
    {
        var container = new Container();
        await using var host = await KilledHost.AtAsync(
            point,
            host => Set(host, container, 40, "nofile=70:80"),
            host =>
            {
                container = host.Run(ContainerHost.Script(Family, "c") with { Ulimits = ["nofile=100:200"] });
                return Task.CompletedTask;
            });
        var now = host.Get(container);
        Assert.Equal((ContainerState.Running, container.ProcessId, 40, "nofile=70:80"), (now.State, now.ProcessId, now.OutOfMemoryScore, Assert.Single(now.Ulimits)));
        Assert.All(Held(host, container), static held => Assert.StartsWith("70 80 ", held, StringComparison.Ordinal));
        Assert.All(Held(host, container), static held => Assert.EndsWith(" 40", held, StringComparison.Ordinal));
        host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Labels = new() { ["a"] = "b" } });
    }

    private static Container Set(TestHost host, Container container, int score, params string[] limits) =>
        host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, OutOfMemoryScore = score, Ulimits = limits });

    // Open files, core, score: what differs among its processes, without those that end just now.
    private static string[] Held(TestHost host, Container container) =>
        [.. Processes(host, container).Select(static id => $"{Of(id, "Max open files")} {Of(id, "Max core file size")} {Read($"/proc/{id}/oom_score_adj").Trim()}").Where(static one => one.Split(' ') is [not "", not "", not "", not "", not ""]).Distinct()];

    private static int[] Processes(TestHost host, Container container) => [.. host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = container.Id }).Items.Select(static one => one.HostProcessId)];

    private static string Of(int process, string name) =>
        Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/limits")).Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? string.Join(' ', line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2)) : "";

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }
}
