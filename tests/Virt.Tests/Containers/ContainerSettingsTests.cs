using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Virt.Agent.Common;
using Virt.Agent.Containers;
using Virt.Linux.Processes;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Containers;

/// <summary>What the user writes for a container's settings, and what is refused.</summary>
public sealed class ContainerSettingsTests
{
    private static readonly ContainerBase Base = new("img", "/r", ["/bin/sh"], new Dictionary<string, string>(), "/r/image.json");

    public static TheoryData<NewContainer, string> Wrong => new()
    {
        { new NewContainer { StopSignal = "NOPE" }, "InvalidStopSignal" },
        { new NewContainer { Tmpfs = ["run"] }, "InvalidTmpfs" },
        { new NewContainer { Tmpfs = ["/proc/x"] }, "InvalidTmpfs" },
        { new NewContainer { Tmpfs = ["/run:lowerdir=/etc"] }, "InvalidTmpfs" },
        { new NewContainer { Devices = ["/dev/null:/etc/x"] }, "InvalidDevice" },
        { new NewContainer { Devices = ["/dev/../etc/passwd"] }, "InvalidDevice" },
        { new NewContainer { AddCapability = ["FLY"] }, "InvalidCapability" },
        { new NewContainer { Ulimits = ["nofile"] }, "InvalidUlimit" },
        { new NewContainer { Ulimits = ["nofile=20:10"] }, "InvalidUlimit" },
        { new NewContainer { Sysctls = new() { ["kernel.core_pattern"] = "|/x" } }, "InvalidSysctl" },
        { new NewContainer { Sysctls = new() { ["net.../../kernel/core_pattern"] = "x" } }, "InvalidSysctl" },
        { new NewContainer { Sysctls = new() { ["net.core.somaxconn"] = "1\nkernel.core_pattern=|/x" } }, "InvalidSysctl" },
        { new NewContainer { Sysctls = new() { ["net.core.somaxconn"] = "1" }, Network = "host" }, "InvalidSysctl" },
        { new NewContainer { Dns = ["example.com"], Network = "host" }, "InvalidDns" },
        { new NewContainer { DnsSearch = ["a\nnameserver 1.1.1.1"], Network = "host" }, "InvalidDnsSearch" },
        { new NewContainer { DnsOptions = ["a\nnameserver 1.1.1.1"], Network = "host" }, "InvalidDnsOption" },
        { new NewContainer { DnsOptions = ["timeout:1"] }, "InvalidDns" },
        { new NewContainer { Network = "host", AdditionalNetworks = ["lan"] }, "InvalidNetwork" },
        { new NewContainer { AdditionalNetworks = ["lan"] }, "InvalidNetwork" },
        { new NewContainer { Network = "lan", AdditionalNetworks = ["NONE"] }, "InvalidNetwork" },
        { new NewContainer { Network = "lan", AdditionalNetworks = ["dmz"], Isolation = ContainerIsolation.VM }, "InvalidNetwork" },
        { new NewContainer { AdditionalGroups = ["a b"] }, "InvalidAdditionalGroup" },
        { new NewContainer { ExtraHosts = ["db"] }, "InvalidExtraHost" },
        { new NewContainer { ExtraHosts = ["a b:10.0.0.1"] }, "InvalidExtraHost" },
        { new NewContainer { OutOfMemoryScore = 2000 }, "InvalidOutOfMemoryScore" },
        { new NewContainer { CpuSet = "0;1" }, "InvalidCpuSet" },
        { new NewContainer { CpuShares = 1 }, "InvalidCpuShares" },
        { new NewContainer { Tmpfs = ["/s:size=abc"] }, "InvalidTmpfs" },
        { new NewContainer { Tmpfs = ["/s:size="] }, "InvalidTmpfs" },
        { new NewContainer { Tmpfs = ["/s:size=12x"] }, "InvalidTmpfs" },
        { new NewContainer { Tmpfs = ["/s:mode=9"] }, "InvalidTmpfs" },
        { new NewContainer { Tmpfs = ["/s:uid=root"] }, "InvalidTmpfs" },
        { new NewContainer { MemoryBytes = 8 << 20, ReservedMemoryBytes = 16 << 20 }, "InvalidReservedMemoryBytes" },
        { new NewContainer { RestartMaximum = 3 }, "InvalidRestartMaximum" },
        { new NewContainer { SwapBytes = 1 }, "InvalidSwapBytes" },
        { new NewContainer { ShmBytes = 1 }, "InvalidShmBytes" },
        { new NewContainer { BlockIO = ["/dev/sda"] }, "InvalidBlockIO" },
        { new NewContainer { BlockIOWeight = 5 }, "InvalidBlockIOWeight" },
        { new NewContainer { LogBytes = 1 }, "InvalidLogBytes" },
        { new NewContainer { After = ["C"] }, "InvalidAfter" },
        { new NewContainer { Health = new HealthCheck() }, "InvalidHealth" },
    };

    [Theory]
    [InlineData("/s:size=64m,mode=1777,uid=1000,gid=1000,nr_inodes=4k")]
    [InlineData("/s:size=50%")]
    [InlineData("/s:size=4096,mode=700")]
    public void A_tmpfs_has_what_the_kernel_reads(string text) => Assert.Single(NewContainerCheck.ToSpec("c", new NewContainer { Tmpfs = [text] }, Base).Tmpfs);

    [Theory]
    [InlineData(2.0, null, "0-1", null)]
    [InlineData(null, "0-1", "0-1", null)]
    [InlineData(null, "5,0-1", "0-1,4-7", null)]
    [InlineData(4.5, null, "", null)]
    [InlineData(2.5, null, "0-1\n", "InvalidCpuCount: Cannot create container 'c': it would have 2.5 CPUs; the host has 2. New-Container -CpuCount 2")]
    [InlineData(null, "0,9", "0-1\n", "InvalidCpuSet: Cannot create container 'c': '0,9' holds the CPU 9; the host has '0-1'. New-Container -CpuSet '0-1'")]
    [InlineData(null, "0-2", "0,2", "InvalidCpuSet: Cannot create container 'c': '0-2' holds the CPU 1; the host has '0,2'. New-Container -CpuSet '0,2'")]
    public void What_the_host_has_not_is_refused(double? count, string? set, string online, string? expected)
    {
        var error = Record.Exception(() => NewContainerCheck.CheckProcessors(new CheckedContainer("c", IsChange: false), count, set, online)) as VirtException;
        Assert.Equal(expected, error is null ? null : $"{error.Id}: {error.Message} {error.RecommendedAction}");
    }

    [Fact]
    public void Too_few_files_for_a_command_to_begin_are_refused_where_they_are_asked_for()
    {
        var error = Assert.Throws<VirtException>(() => NewContainerCheck.CheckAsked("c", new SetContainer { Ulimits = ["core=0", "nofile=10:20"] }));
        Assert.Equal(("InvalidUlimit", "Set-Container c -Ulimit nofile=32"), (error.Id, error.RecommendedAction));
        NewContainerCheck.CheckAsked("c", new NewContainer { Ulimits = ["nofile=32:64", "nproc=5"] });
    }

    [Fact]
    public void What_to_type_for_one_that_is_there_is_what_Set_Container_takes()
    {
        var error = Assert.Throws<VirtException>(() => NewContainerCheck.ToSpec(new CheckedContainer("c", IsChange: true), new NewContainer { RemoveOnExit = true, RestartPolicy = RestartPolicy.Always }, Base));
        Assert.Equal("Set-Container c -RemoveOnExit $true -RestartPolicy Never", error.RecommendedAction);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_can_never_be_right_is_refused(NewContainer request, string id)
    {
        var error = Assert.Throws<VirtException>(() => NewContainerCheck.ToSpec("c", request, Base));
        Assert.Equal((ErrorCode.InvalidArgument, id), (error.Code, error.Id));
        Assert.NotNull(error.RecommendedAction);
    }

    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("int", 2)]
    [InlineData("9", 9)]
    [InlineData("RTMIN+3", 37)]
    [InlineData("SIGRTMAX-1", 63)]
    [InlineData("0", 0)]
    [InlineData("65", 0)]
    [InlineData("", 0)]
    [InlineData("SIG", 0)]
    public void Signals_have_names_and_numbers(string text, int number) => Assert.Equal(number, Signals.Parse(text));

    [Fact]
    public void What_is_read_is_written_as_it_is_read()
    {
        foreach (var text in new[] { "/run:size=64m,mode=0755", "/run:mode=1777,ro,exec,suid" })
        {
            Assert.Equal(text, ContainerTmpfs.Parse(text, out _)!.ToString());
        }

        Assert.Equal("/dev/fuse:/dev/fuse:rwm", ContainerDevice.Parse("/dev/fuse", out _)!.ToString());
        Assert.Equal("/dev/fuse:/dev/x:r", ContainerDevice.Parse("/dev/fuse:/dev/x:r", out _)!.ToString());
        Assert.Equal("nofile=1:unlimited", ContainerUlimit.Parse("nofile=1:-1", out _)!.ToString());
        Assert.Equal("/dev/sda:read=10485760,writeops=5", ContainerBlockLimit.Parse("/dev/sda:read=10MB,writeops=5", out _)!.ToString());
    }

    [Fact]
    public void A_container_of_an_older_agent_gets_ids_of_its_own_and_the_usual_settings()
    {
        var spec = JsonSerializer.Deserialize("""{"image":"i","rootfs":"/r","command":["sh"],"hostName":"h"}""", ContainerJson.Default.ContainerSpec)!;
        Assert.Equal((ContainerUserNamespace.Private, 0u, false, 15, TimeSpan.FromSeconds(10)), (spec.UserNamespace, spec.HostIds, spec.Privileged, spec.StopSignal, spec.StopTimeout));
        Assert.Empty(spec.Tmpfs);
        Assert.Null(spec.Capabilities);
        var run = JsonSerializer.Deserialize("""{"launchId":"6d0f6a3b-3c0e-4c39-9a3e-0b7f6f6f2c51","cgroup":"x"}""", ContainerJson.Default.ContainerRun)!;
        Assert.Equal((0u, 0, false), (run.HostIds, run.RestartCount, run.IsStopped));
    }

    [Fact]
    public void All_settings_survive_being_stored()
    {
        var spec = NewContainerCheck.ToSpec(
            "c",
            new NewContainer
            {
                Tmpfs = ["/run"],
                Ulimits = ["nofile=1:2"],
                ExtraHosts = ["a:1.2.3.4"],
                Sysctls = new() { ["net.core.somaxconn"] = "5" },
                AddCapability = ["NET_ADMIN"],
                Health = new HealthCheck { TcpPort = 5, Command = ["x"] },
                RestartPolicy = RestartPolicy.OnFailure,
                StopTimeout = TimeSpan.FromSeconds(3),
            },
            Base);
        var back = JsonSerializer.Deserialize(JsonSerializer.Serialize(spec, ContainerJson.Default.ContainerSpec), ContainerJson.Default.ContainerSpec)!;
        Assert.Equal(
            ("/run:mode=1777", "nofile=1:2", "a", 5, "x", RestartPolicy.OnFailure, TimeSpan.FromSeconds(3), spec.Capabilities),
            (back.Tmpfs[0].ToString(), back.Ulimits[0].ToString(), back.ExtraHosts[0].Key, back.Health!.TcpPort, back.Health.Command[0], back.RestartPolicy, back.StopTimeout, back.Capabilities));
    }

    [Fact]
    public void Restarts_wait_longer_each_time_and_begin_anew_after_a_run_that_has_worked()
    {
        Assert.Equal([0.1, 0.2, 0.4, 0.8], Enumerable.Range(0, 4).Select(n => ContainerRestart.Delay(n).TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(1), ContainerRestart.Delay(1000));
        var start = DateTimeOffset.UnixEpoch;
        Assert.Equal(4, ContainerRestart.Count(new ContainerRun { RestartCount = 4, StartTime = start, ExitTime = start.AddSeconds(1) }));
        Assert.Equal(0, ContainerRestart.Count(new ContainerRun { RestartCount = 4, StartTime = start, ExitTime = start.AddSeconds(10) }));
        Assert.Equal(4, ContainerRestart.Count(new ContainerRun { RestartCount = 4, ExitTime = start }));
    }

    [Theory]
    [InlineData(0, 1, 3.2, "Restarting in 4 s (1st time, exit code 1).")]
    [InlineData(2, 137, 60, "Restarting in 60 s (3rd time, exit code 137).")]
    [InlineData(10, 0, 0.01, "Restarting in 1 s (11th time, exit code 0).")]
    [InlineData(21, null, -1, "Restarting now (22nd time).")]
    public void It_is_said_when_it_is_started_again(int count, int? code, double left, string expected) =>
        Assert.Equal(expected, ContainerRestart.Words(new ContainerRun { RestartCount = count, ExitCode = code, ExitTime = DateTimeOffset.UnixEpoch }, TimeSpan.FromSeconds(left)));

    [Fact]
    public void Each_is_started_after_those_that_it_names_and_a_circle_keeps_none_from_it()
    {
        var after = new Dictionary<string, string[]> { ["web"] = ["app"], ["app"] = ["DB", "gone"], ["db"] = [], ["x"] = ["y"], ["y"] = ["x"] };
        Assert.Equal(["db", "app", "web", "y", "x"], StartOrder.Of([.. after.Keys], static n => n, n => after[n]));
    }

    [Fact]
    public void Every_container_has_ids_of_its_own_until_all_are_taken()
    {
        var ids = new HostIds();
        ids.Keep(HostIds.First);
        var all = Enumerable.Range(0, HostIds.Count).Select(_ => ids.Take()).ToList();
        Assert.Equal((HostIds.Count - 1, 1), (all.Where(id => id != 0).Distinct().Count(), all.Count(id => id == 0)));
        Assert.All(all.Where(id => id != 0), id => Assert.InRange(id, HostIds.First + HostIds.Size, 2147352576u - HostIds.Size));
        ids.Give(all[5]);
        Assert.Equal(all[5], ids.Take());
    }
}
