using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Volumes that come and go while a container runs.</summary>
public sealed class RemountTests
{
    private const string Anew = "started anew";

    public static TheoryData<string> Points => ["container.remount.written", "container.remount.taken", "container.remount.made", "container.remount.stored"];

    public static TheoryData<string, NewContainer> Kinds => new()
    {
        { "with ids of its own", ContainerHost.Script("exec sleep 1000") },
        { "with the host's ids", ContainerHost.Script("exec sleep 1000") with { UserNamespace = ContainerUserNamespace.Host } },
        { "a chroot", ContainerHost.Script("exec sleep 1000") with { Isolation = ContainerIsolation.Chroot } },
        { "privileged", ContainerHost.Script("exec sleep 1000") with { Privileged = true } },
        { "its first process in a folder of it", ContainerHost.Script("mkdir -p /in/bin && cp /bin/busybox /in/bin && exec chroot /in /bin/busybox sleep 1000") },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task They_come_and_go_and_its_first_process_goes_on(string kind, NewContainer request)
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "one", "two");
        var container = host.Run(request with { Volumes = [folders.At("one", "/one")] });
        var both = Set(host, container, folders.At("one", "/one"), folders.At("two", "/deep/er/two"));
        Assert.True((both.ProcessId, both.Status) == (container.ProcessId, ""), $"{kind}: {both.Status}");
        Assert.Equal([folders.At("one", "/one"), folders.At("two", "/deep/er/two")], host.Get(container).Volumes);
        Assert.Equal("two\n0 755\n", host.Exec(container, "cat /deep/er/two/name; echo mine >/deep/er/two/mine; stat -c '%u %a' /deep").Output);
        Assert.Equal("0 mine", $"{await host.RunAsync("stat", "-c", "%u", folders["two"] + "/mine")}".TrimEnd() + " " + folders.Read("two", "mine"));

        // What a start would mount is what is mounted.
        var mounts = host.Exec(container, "grep -E ' /(one|deep/er/two) ' /proc/mounts | sort").Output;
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id, TurnOff = true });
        Assert.Equal(mounts, host.Exec(container, "grep -E ' /(one|deep/er/two) ' /proc/mounts | sort").Output);
        var running = host.Get(container);

        var none = Set(host, container);
        Assert.True((none.ProcessId, none.Status) == (running.ProcessId, ""), $"{kind}: {none.Status}");
        Assert.Equal("0\n", host.Exec(container, "ls /one /deep/er/two | grep -c name; grep -cE ' /(one|deep/er/two) ' /proc/mounts | sed '/^0/d'").Output);
        Assert.Empty(host.Get(container).Volumes);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task They_come_and_go_below_its_devices_too(string kind, NewContainer request)
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "one", "two");
        File.WriteAllText(Path.Combine(host.Files, "log"), "log\n");
        var container = host.Run(request with { Volumes = [folders.At("one", "/dev/one")] });
        Assert.Equal("one\n", host.Exec(container, "cat /dev/one/name").Output);
        var both = Set(host, container, folders.At("one", "/dev/one"), folders.At("two", "/dev/shm"), $"{host.Files}/log:/dev/log");
        Assert.True((both.ProcessId, both.Status) == (container.ProcessId, ""), $"{kind}: {both.Status}");
        Assert.Equal("two\nlog\n", host.Exec(container, "cat /dev/shm/name /dev/log; echo >/dev/null").Output);
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id, TurnOff = true });
        Assert.Equal("one\ntwo\nlog\n", host.Exec(container, "cat /dev/one/name /dev/shm/name /dev/log").Output);
        var running = host.Get(container);
        var none = Set(host, container);
        Assert.True((none.ProcessId, none.Status) == (running.ProcessId, ""), $"{kind}: {none.Status}");
        Assert.Equal("0\n", host.Exec(container, "ls /dev/shm | grep -c name").Output);
        Assert.Equal("InvalidVolume", host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = [folders.At("one", "/dev/null")] }).Id);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        File.Delete(Path.Combine(host.Files, "log"));
    }

    [Fact]
    public async Task One_that_may_only_be_read_is_so_and_can_become_another()
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "data", "other");
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        Assert.Equal(container.ProcessId, Set(host, container, folders.At("data", "/d:ro")).ProcessId);
        Assert.Equal("touch: /d/x: Read-only file system\n", host.Exec(container, "touch /d/x 2>&1; mknod /d/n c 1 3 2>/dev/null").Output);
        Assert.Equal(container.ProcessId, Set(host, container, folders.At("data", "/d")).ProcessId);
        Assert.Equal("written\n", host.Exec(container, "echo written >/d/x; cat /d/x").Output);
        Assert.Equal(container.ProcessId, Set(host, container, folders.At("data", "/d:ro")).ProcessId);
        Assert.Equal("touch: /d/y: Read-only file system\n", host.Exec(container, "touch /d/y 2>&1").Output);
        Assert.Equal(container.ProcessId, Set(host, container, folders.At("other", "/d")).ProcessId);
        Assert.Equal("other\n", host.Exec(container, "cat /d/name").Output);
    }

    [Fact]
    public async Task One_that_is_used_is_taken_away_by_a_start()
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "used");
        var container = host.Run(ContainerHost.Script("echo run >>/runs; cd /u 2>/dev/null; exec sleep 1000") with { Volumes = [folders.At("used", "/u")], StopTimeout = TimeSpan.FromMilliseconds(50) });
        await Poll.UntilAsync(() => host.Exec(container, "cat /runs").Output == "run\n", "its first run");
        Assert.Contains("where something uses", host.Client.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = [] }, new() { WhatIf = true }).Status, StringComparison.Ordinal);
        var changed = Set(host, container);
        Assert.Contains(Anew, changed.Status, StringComparison.Ordinal);
        Assert.Contains("EBUSY", changed.Status, StringComparison.Ordinal);
        Assert.NotEqual(container.ProcessId, changed.ProcessId);
        Assert.Empty(changed.Volumes);
        await Poll.UntilAsync(() => host.Exec(container, "cat /runs; ls /u").Output == "run\nrun\n", "its second run, without the volume");
    }

    [Fact]
    public async Task One_below_another_comes_live_and_one_above_by_a_start()
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "above", "below");
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Volumes = [folders.At("above", "/v")], StopTimeout = TimeSpan.FromMilliseconds(50) });
        var both = Set(host, container, folders.At("above", "/v"), folders.At("below", "/v/b"));
        Assert.Equal((container.ProcessId, "above\nbelow\n"), (both.ProcessId, host.Exec(container, "cat /v/name /v/b/name").Output));
        var one = Set(host, container, folders.At("below", "/v/b"));
        Assert.Contains(Anew, one.Status, StringComparison.Ordinal);
        var again = Set(host, container, folders.At("above", "/v"), folders.At("below", "/v/b"));
        Assert.Contains(Anew, again.Status, StringComparison.Ordinal);
        Assert.Equal("above\nbelow\n", host.Exec(container, "cat /v/name /v/b/name").Output);
        var none = Set(host, container);
        Assert.Equal((again.ProcessId, ""), (none.ProcessId, none.Status));
    }

    [Fact]
    public async Task A_suspended_container_gets_them_too_and_stands_still()
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "data");
        var container = host.Run(ContainerHost.Script("while [ ! -e /d/name ]; do sleep 0.02; done; cat /d/name; exec sleep 1000"));
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = container.Id });
        var changed = Set(host, container, folders.At("data", "/d"));
        Assert.Equal((ContainerState.Paused, container.ProcessId), (changed.State, changed.ProcessId));
        host.Invoke(Methods.ResumeContainer, new ResumeContainer { Id = container.Id });
        await Poll.UntilAsync(() => host.Log(container).Contains("data"), "what it reads");
    }

    [Fact]
    public async Task A_volume_of_the_hosts_is_free_once_it_is_taken_away()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data" });
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        Assert.Equal("VolumeNotFound", host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = ["gone:/d"] }).Id);
        Assert.Equal(container.ProcessId, Set(host, container, "data:/d").ProcessId);
        host.Exec(container, "echo kept >/d/f");
        Assert.NotNull(host.Refused(Methods.RemoveVirtVolume, new RemoveVirtVolume { Name = "data" }));
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal((container.ProcessId, "kept\n"), (host.Get(container).ProcessId, host.Exec(container, "cat /d/f").Output));
        Assert.Equal(container.ProcessId, Set(host, container).ProcessId);
        host.Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Name = "data" });
    }

    [Theory]
    [InlineData("../../../../../..OUTSIDE", true)]
    [InlineData("OUTSIDE", true)]
    [InlineData("/proc/self/fd/0", false)]
    [InlineData("/proc/1/root", false)]
    [InlineData("loop", false)]
    public async Task A_link_that_the_container_made_does_not_lead_a_volume_out(string target, bool isInside)
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "data", "outside");
        var link = target.Replace("OUTSIDE", folders["outside"], StringComparison.Ordinal);
        var container = host.Run(ContainerHost.Script($"mkdir -p {folders["outside"]}; ln -s {link} /loop; ln -s {link} /trap; echo set; exec sleep 1000") with { StopTimeout = TimeSpan.FromMilliseconds(50) });
        await Poll.UntilAsync(() => host.Log(container).Count == 1, "the trap");
        var before = await host.RunAsync("cat", "/proc/self/mountinfo");
        if (isInside)
        {
            Assert.Equal(container.ProcessId, Set(host, container, folders.At("data", "/trap/x")).ProcessId);
            Assert.Equal("data\n", host.Exec(container, $"cat {folders["outside"]}/x/name").Output);
            Assert.Equal(container.ProcessId, Set(host, container).ProcessId);
        }
        else
        {
            // A start refuses it as well, and it is as it was.
            Assert.Equal("ContainerLaunchFailed", host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = [folders.At("data", "/trap/x")] }).Id);
            Assert.Equal((ContainerState.Running, 0), (host.Get(container).State, host.Get(container).Volumes.Length));
        }

        Assert.Equal(before, await host.RunAsync("cat", "/proc/self/mountinfo"));
        Assert.Equal(["name"], Directory.EnumerateFileSystemEntries(folders["outside"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_place_that_becomes_a_link_again_and_again_leads_nowhere_out()
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "shared", "data", "outside");
        var container = host.Run(ContainerHost.Script($"cd /s; while :; do mkdir -p a/b; rm -rf a; ln -s ../../../../../../..{folders["outside"]} a; rm a; done 2>/dev/null") with { Volumes = [folders.At("shared", "/s")], StopTimeout = TimeSpan.Zero });
        for (var i = 0; i < 15; i++)
        {
            try
            {
                Set(host, container, folders.At("shared", "/s"), folders.At("data", "/s/a/b"));
                Set(host, container, folders.At("shared", "/s"));
            }
            catch (VirtException e)
            {
                Assert.Equal("ContainerLaunchFailed", e.Id);
            }
        }

        Assert.Equal(["name"], Directory.EnumerateFileSystemEntries(folders["outside"]).Select(Path.GetFileName));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
    }

    [Fact]
    public async Task What_the_container_has_mounted_over_one_is_not_taken_for_it()
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "data");
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Privileged = true, Volumes = [folders.At("data", "/d")], StopTimeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(0, host.Exec(container, "mount -t tmpfs none /d").Exit.ExitCode);
        var changed = Set(host, container);
        Assert.Contains(Anew, changed.Status, StringComparison.Ordinal);
        Assert.Equal("", host.Exec(container, "grep ' /d ' /proc/mounts").Output);
    }

    [Fact]
    public async Task Where_it_cannot_be_changed_its_volumes_and_limits_are_as_before()
    {
        await using var host = await TestHost.StartAsync();
        using var folders = new Folders(host, "one", "two");
        host.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "lan" });
        host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "lan", Publish = ["8080:80"] });
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "lan", Volumes = [folders.At("one", "/one")] });
        var error = host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = [folders.At("two", "/two")], MemoryBytes = 64 << 20, Publish = ["8080:81"] });
        Assert.Equal(ErrorCode.Conflict, error.Code);
        var now = host.Get(container);
        Assert.Equal((container.ProcessId, null, folders.At("one", "/one")), (now.ProcessId, now.MemoryLimitBytes, Assert.Single(now.Volumes)));
        Assert.Equal("one\n", host.Exec(container, "cat /one/name; ls /two 2>/dev/null").Output);
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task An_agent_that_is_killed_in_the_middle_leaves_what_is_to_be_to_the_next(string point)
    {
        var container = new Container();
        Folders? folders = null;
        await using var host = await KilledHost.AtAsync(
            point,
            host => Set(host, container, folders!.At("kept", "/kept"), folders.At("comes", "/comes"), folders.At("turns", "/turns:ro")),
            host =>
            {
                folders = new Folders(host, "kept", "goes", "comes", "turns");
                container = host.Run(ContainerHost.Script("exec sleep 1000", "c") with { Volumes = [folders.At("kept", "/kept"), folders.At("goes", "/goes"), folders.At("turns", "/turns")] });
                return Task.CompletedTask;
            });
        using var removed = folders;
        var now = host.Get(container);
        Assert.Equal((ContainerState.Running, container.ProcessId), (now.State, now.ProcessId));
        Assert.Equal([folders!.At("kept", "/kept"), folders.At("comes", "/comes"), folders.At("turns", "/turns:ro")], now.Volumes);
        const string Look = "cat /kept/name /comes/name /turns/name; ls /goes; touch /turns/x 2>/dev/null && echo written; grep -cE ' /(kept|comes|turns|goes) ' /proc/mounts";
        Assert.Equal("kept\ncomes\nturns\n3\n", host.Exec(container, Look).Output);
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id, TurnOff = true });
        Assert.Equal("kept\ncomes\nturns\n3\n", host.Exec(container, Look).Output);
    }

    [Theory]
    [InlineData("container.remount.refused")]
    [InlineData("container.remount.written")]
    [InlineData("container.switch.announced")]
    [InlineData("container.switch.stopped")]
    public async Task An_agent_that_is_killed_where_it_cannot_be_done_live_leaves_the_start_to_the_next(string point)
    {
        var container = new Container();
        Folders? folders = null;
        await using var host = await KilledHost.AtAsync(
            point,
            host => Set(host, container),
            async host =>
            {
                folders = new Folders(host, "used");
                container = host.Run(ContainerHost.Script("cd /used && echo in; exec sleep 1000", "c") with { Volumes = [folders.At("used", "/used")], StopTimeout = TimeSpan.FromMilliseconds(50) });
                await Poll.UntilAsync(() => host.Log(container).Count == 1, "its work in the volume");
            });
        using var removed = folders;
        await Poll.UntilAsync(() => host.Get(container) is { State: ContainerState.Running } now && now.ProcessId != container.ProcessId, "its start");
        Assert.Empty(host.Get(container).Volumes);
        Assert.Equal("", host.Exec(container, "ls /used").Output);
        Assert.Equal(host.Get(container).ProcessId, Set(host, container, folders!.At("used", "/used")).ProcessId);
    }

    [Fact]
    public async Task A_system_container_and_the_services_in_it_get_them()
    {
        await using var host = await TestHost.StartAsync("--images", RepositoryRoot.File("out", "test-images"));
        using var folders = new Folders(host, "data");
        var container = host.Run(new NewContainer { Image = "debian-system", Isolation = ContainerIsolation.System });
        await Poll.UntilAsync(() => host.Exec(container, "systemctl is-system-running 2>/dev/null").Output.TrimEnd() is "running" or "degraded", "systemd");
        var changed = Set(host, container, folders.At("data", "/srv/data"));
        Assert.Equal((container.ProcessId, ""), (changed.ProcessId, changed.Status));
        Assert.Equal("data\n0\n", host.Exec(container, "cat /srv/data/name; systemd-run --wait --pipe -q stat -c %u /srv/data/name").Output);
        Assert.Equal(container.ProcessId, Set(host, container).ProcessId);
        Assert.Equal("", host.Exec(container, "ls /srv/data").Output);
    }

    private static Container Set(TestHost host, Container container, params string[] volumes) => host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = volumes });

    /// <summary>Folders of the host, each with a file that holds its name.</summary>
    private sealed class Folders : IDisposable
    {
        private readonly string root;

        public Folders(TestHost host, params string[] names)
        {
            root = Directory.CreateDirectory(Path.Combine(host.Folder, "folders")).FullName;
            foreach (var name in names)
            {
                Directory.CreateDirectory(this[name]);
                File.WriteAllText(Path.Combine(this[name], "name"), name + "\n");
            }
        }

        public string this[string name] => Path.Combine(root, name);

        public string At(string name, string place) => $"{this[name]}:{place}";

        public string Read(string name, string file) => File.ReadAllText(Path.Combine(this[name], file)).TrimEnd();

        public void Dispose() => Directory.Delete(root, recursive: true);
    }
}
