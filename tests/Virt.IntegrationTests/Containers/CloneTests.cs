using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Copies of containers.</summary>
public sealed class CloneTests
{
    private static readonly string[] Steps = ["container.copy.written", "container.copy.frozen", "container.copy.filled", "container.copy.thawed"];

    public static TheoryData<string> Points => [.. Steps];

    [Fact]
    public async Task A_copy_has_all_that_was_written_as_it_was_and_lives_by_itself()
    {
        await using var host = await TestHost.StartAsync();
        const string Look = "cd /d; stat -c '%n %a %u:%g %s %Y %F' * | sort; readlink link; cat hard; ls /etc/issue /bin/vi 2>&1 | tail -1; cat /etc/hostname; cat /etc/machine-id | wc -c";
        var source = host.Run(ContainerHost.Script("""
            test -d /d && exec sleep 1000
            mkdir /d; cd /d; echo text >file; chown 7:8 file; chmod 4751 file; touch -d '2001-02-03 04:05:06' file; ln file hard; ln -s /no/where link; mkfifo pipe
            mkdir -m 1777 folder; dd if=/dev/urandom of=big bs=1k count=300 2>/dev/null; rm -f /etc/os-release; echo 0123 >/etc/machine-id; exec sleep 1000
            """, "web"));
        await Poll.UntilAsync(() => host.Exec(source, "cat /etc/machine-id").Output == "0123\n", "its files");
        var before = host.Exec(source, Look).Output;
        var copy = host.Invoke(Methods.CopyContainer, new CopyContainer { Name = "web", NewName = "web2", Start = true });
        Assert.Equal((ContainerState.Running, "web2", "web2", 0), (copy.State, copy.Name, copy.HostName, copy.Generation));
        Assert.NotEqual(source.Id, copy.Id);
        Assert.Equal(before.Replace("\nweb\n5\n", "\nweb2\n0\n", StringComparison.Ordinal), host.Exec(copy, Look).Output);
        Assert.Equal("1\n", host.Exec(copy, "test -e /etc/os-release; echo $?").Output); // what was removed is
        Assert.Equal(host.Exec(source, "md5sum /d/big").Output, host.Exec(copy, "md5sum /d/big").Output);
        host.Exec(copy, "echo other >/d/file; rm /d/big");
        Assert.Equal("text\n", host.Exec(source, "cat /d/file; ls /d/big >/dev/null").Output);
        Assert.Equal((ContainerState.Running, source.ProcessId), (host.Get(source).State, host.Get(source).ProcessId));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = source.Id, Force = true });
        Assert.Equal("other\n", host.Exec(copy, "cat /d/file").Output);
    }

    [Fact]
    public async Task It_has_ids_of_its_own_and_the_same_settings()
    {
        await using var host = await TestHost.StartAsync();
        var source = host.Invoke(Methods.NewContainer, ContainerHost.Script("exec sleep 1000", "a") with
        {
            MemoryBytes = 32 << 20,
            Labels = new() { ["k"] = "v" },
            Environment = new() { ["E"] = "1" },
            Init = true,
            RestartPolicy = RestartPolicy.UnlessStopped,
            Tmpfs = ["/t"],
        });
        var copy = host.Invoke(Methods.CopyContainer, new CopyContainer { Id = source.Id, NewName = "b" }); // one that was never started
        Assert.Equal(ContainerState.Created, copy.State);
        Assert.Equal((source.MemoryLimitBytes, true, RestartPolicy.UnlessStopped, "v", "1", source.Tmpfs.Single()), (copy.MemoryLimitBytes, copy.Init, copy.RestartPolicy, copy.Labels["k"], copy.Environment["E"], copy.Tmpfs.Single()));
        host.Invoke(Methods.StartContainer, new StartContainer { Id = source.Id });
        host.Invoke(Methods.StartContainer, new StartContainer { Id = copy.Id });
        const string First = "head -1 /proc/self/uid_map | awk '{print $2}'";
        Assert.NotEqual(host.Exec(source, First).Output, host.Exec(copy, First).Output);
        host.Exec(copy, "touch /by-the-copy");
        Assert.Equal("0:0\n", host.Exec(copy, "stat -c %u:%g /by-the-copy").Output);
    }

    [Fact]
    public async Task In_a_network_it_has_its_own_address_and_no_port_twice()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"], AllowFrom = ["127.0.0.0/8"] });
        var copy = host.Invoke(Methods.CopyContainer, new CopyContainer { Name = "web", NewName = "web2", Start = true });
        Assert.Empty(copy.Ports);
        Assert.Equal("The ports 8080:80 stay the original's; the copy publishes none.", copy.Status);
        Assert.NotEqual(web.IPAddresses, copy.IPAddresses);
        Assert.Equal("", host.Get(copy).Status);
        const string Mac = "cat /sys/class/net/eth0/address";
        Assert.NotEqual(host.Exec(web, Mac).Output, host.Exec(copy, Mac).Output);
        Assert.Contains(copy.IPAddresses[0], host.Exec(web, "nslookup web2").Output, StringComparison.Ordinal);
        var other = host.Invoke(Methods.CopyContainer, new CopyContainer { Name = "web", NewName = "web3", Publish = ["8081:80"], IPAddresses = ["10.20.0.50"] });
        Assert.Equal(("8081:80", "127.0.0.0/8", "10.20.0.50", ""), (other.Ports.Single(), other.AllowFrom.Single(), other.IPAddresses.Single(), other.Status));
        Assert.Equal("InvalidPublish", host.Refused(Methods.CopyContainer, new CopyContainer { Name = "web", NewName = "x", Publish = ["no"] }).Id);
        Assert.Equal(3, host.Invoke(Methods.GetContainer, new GetContainer()).Items.Length);
    }

    [Fact]
    public async Task Of_its_generations_it_has_the_present_one_over_the_same_layers()
    {
        await using var host = await TestHost.StartAsync();
        var source = host.Run(ContainerHost.Script("echo data >>/mine; exec sleep 1000", "a") with { StopTimeout = TimeSpan.FromMilliseconds(50) });
        await Poll.UntilAsync(() => host.Exec(source, "cat /mine 2>/dev/null || true").Output == "data\n", "its file");
        await host.DriveAsync(["build", $"{source.Id}", "echo two >/srv/version"], ["replace", $"{source.Id}", "last"]);
        await Poll.UntilAsync(() => host.Exec(source, "cat /mine 2>/dev/null || true").Output == "data\n", "its second run's file");
        host.Exec(source, "echo second >/mine");
        var copy = host.Invoke(Methods.CopyContainer, new CopyContainer { Id = source.Id, NewName = "b", Start = true });
        Assert.Equal((0, null, host.Get(source).Layers.Single()), (copy.Generation, copy.Previous, copy.Layers.Single()));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = source.Id, Force = true });
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = copy.Id, TurnOff = true });
        await Poll.UntilAsync(() => host.Exec(copy, "cat /srv/version /mine").Output == "two\nsecond\ndata\ndata\n", "its third run's line");
    }

    [Fact]
    public async Task It_sees_the_same_volumes_and_has_no_past_of_its_own()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data" });
        var source = host.RunToEnd(ContainerHost.Script("echo old >/mine; echo shared >/data/f; exit 3", "a") with { Volumes = ["data:/data"] });
        var copy = host.Invoke(Methods.CopyContainer, new CopyContainer { Id = source.Id, NewName = "b" });
        Assert.Equal((ContainerState.Created, null), (copy.State, copy.ExitCode));
        Assert.Equal("Its volumes are the original's: data:/data.", copy.Status);
        Assert.Equal(["a", "b"], host.Invoke(Methods.GetVirtVolume, new GetVirtVolume { Names = ["data"] }).Items.Single().UsedBy.Order(StringComparer.Ordinal));
        Assert.Empty(host.Log(copy));
        host.Invoke(Methods.StartContainer, new StartContainer { Id = copy.Id });
        Assert.Equal(3, host.WaitFor(copy, WaitCondition.Stopped).ExitCode);
    }

    [Fact]
    public async Task What_is_suspended_stays_so_and_what_is_wrong_is_said()
    {
        await using var host = await TestHost.StartAsync();
        var source = host.Run(ContainerHost.Script("exec sleep 1000", "a"));
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = source.Id });
        host.Invoke(Methods.CopyContainer, new CopyContainer { Id = source.Id, NewName = "b" });
        Assert.Equal(ContainerState.Paused, host.Get(source).State);
        Assert.Equal(ErrorCode.AlreadyExists, host.Refused(Methods.CopyContainer, new CopyContainer { Name = "a", NewName = "B" }).Code);
        Assert.Equal(ErrorCode.InvalidArgument, host.Refused(Methods.CopyContainer, new CopyContainer { Name = "a", NewName = "no name" }).Code);
        Assert.Equal(ErrorCode.NotFound, host.Refused(Methods.CopyContainer, new CopyContainer { Name = "none", NewName = "c" }).Code);
        Assert.Equal("InvalidPublish", host.Refused(Methods.CopyContainer, new CopyContainer { Name = "a", NewName = "c", Publish = ["1:1"] }).Id);
        Assert.Equal(2, host.Invoke(Methods.GetContainer, new GetContainer()).Items.Length);
    }

    [Fact]
    public async Task While_it_is_made_it_is_seen_its_source_stands_still_and_nobody_else_touches_it()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = "container.copy.frozen=hold";
        await host.StartAgentAsync();
        var source = host.Run(ContainerHost.Script("i=0; while :; do i=$((i+1)); echo $i >/count; done", "a"));
        await Poll.UntilAsync(() => host.Exec(source, "cat /count 2>/dev/null || true").Output.Length > 0, "its file");
        var copying = Task.Run(() =>
        {
            using var client = Virt.Protocol.Client.VirtClient.Connect(host.Endpoint, "tests/1");
            return client.Invoke(Methods.CopyContainer, new CopyContainer { Name = "a", NewName = "b" });
        });
        await host.HeldAtAsync("container.copy.frozen");
        var seen = host.Invoke(Methods.GetContainer, new GetContainer()).Items.ToDictionary(c => c.Name, c => c.State);
        Assert.Equal((ContainerState.Paused, ContainerState.Creating), (seen["a"], seen["b"]));
        host.Release("container.copy.frozen");
        var copy = await copying;
        Assert.Equal(ContainerState.Created, copy.State);
        Assert.Equal(ContainerState.Running, host.Get(source).State);
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Wherever_it_fails_nothing_of_it_is_left_and_its_source_goes_on(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=fail";
        await host.StartAgentAsync();
        var source = host.Run(ContainerHost.Script("echo x >/f; exec sleep 1000", "a"));
        Assert.Equal("FaultInjected", host.Refused(Methods.CopyContainer, new CopyContainer { Name = "a", NewName = "b" }).Id);
        AssertAlone(host, source);
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Wherever_the_agent_is_killed_the_next_takes_it_away_and_its_source_goes_on(string point)
    {
        await using var host = await KilledAtAsync(point);
        AssertAlone(host, host.Invoke(Methods.GetContainer, new GetContainer { Names = ["a"] }).Items.Single());
        Assert.Equal("x\n", host.Exec(host.Invoke(Methods.CopyContainer, new CopyContainer { Name = "a", NewName = "b", Start = true }), "cat /f").Output);
    }

    [Fact]
    public async Task Killed_once_it_is_made_it_is_there()
    {
        await using var host = await KilledAtAsync("container.copy.made");
        Assert.Equal(ContainerState.Created, host.Invoke(Methods.GetContainer, new GetContainer { Names = ["b"] }).Items.Single().State);
        Assert.Equal("x\n", host.Exec(host.Invoke(Methods.StartContainer, new StartContainer { Name = "b" }), "cat /f").Output);
    }

    private static Task<TestHost> KilledAtAsync(string point) => KilledHost.AtAsync(
        point,
        static host => host.Invoke(Methods.CopyContainer, new CopyContainer { Name = "a", NewName = "b" }),
        first: static async host =>
        {
            var source = host.Run(ContainerHost.Script("echo x >/f; exec sleep 1000", "a"));
            await Poll.UntilAsync(() => host.Exec(source, "cat /f 2>/dev/null || true").Output == "x\n", "its file");
        });

    private static void AssertAlone(TestHost host, Container source)
    {
        var one = Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.Equal((source.Id, ContainerState.Running), (one.Id, one.State));
        Assert.Equal("runs\n", host.Exec(one, "echo runs").Output);
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(host.StateFolder, "containers")));
    }
}
