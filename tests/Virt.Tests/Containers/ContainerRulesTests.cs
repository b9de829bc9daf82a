using System;
using System.Collections.Generic;
using System.Text.Json;
using Virt.Agent.Containers;
using Virt.Linux;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Containers;

/// <summary>What is refused, and in which words.</summary>
public sealed class ContainerRulesTests
{
    private static readonly ContainerBase Base = new("img", "/r", ["/bin/sh"], new Dictionary<string, string> { ["A"] = "1", ["B"] = "1" }, "/r/image.json");

    public static TheoryData<ContainerState, bool, bool, bool, bool, bool> States => new()
    {
        // state, start, stop, command, remove, remove by force
        { ContainerState.Created, true, false, false, true, true },
        { ContainerState.Starting, false, false, false, false, false },
        { ContainerState.Running, false, true, true, false, true },
        { ContainerState.Stopping, false, true, true, false, true },
        { ContainerState.Paused, false, true, false, false, true },
        { ContainerState.Stopped, true, false, false, true, true },
        { ContainerState.Failed, true, false, false, true, true },
        { ContainerState.Creating, false, false, false, false, false },
        { ContainerState.Removing, false, false, false, true, true },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void Each_state_allows_what_it_can(ContainerState state, bool start, bool stop, bool command, bool remove, bool force)
    {
        Check(start, () => ContainerStates.CheckStart("c", state));
        Check(stop, () => ContainerStates.CheckStop("c", state));
        Check(command, () => ContainerStates.CheckInvoke("c", state));
        Check(remove, () => ContainerStates.CheckRemove("c", state, force: false));
        Check(force, () => ContainerStates.CheckRemove("c", state, force: true));

        static void Check(bool allowed, Action check)
        {
            var error = Record.Exception(check) as VirtException;
            Assert.Equal(allowed, error is null);
            Assert.True(error is null or { Code: ErrorCode.WrongState, RecommendedAction: not null });
        }
    }

    [Fact]
    public void What_stands_still_has_to_go_on_first()
    {
        foreach (var check in new Action[] { () => ContainerStates.CheckInvoke("c", ContainerState.Paused), () => ContainerStates.CheckStart("c", ContainerState.Paused), () => ContainerStates.CheckSuspend("c", ContainerState.Paused) })
        {
            Assert.Equal("Resume-Container -Name c", Assert.Throws<VirtException>(check).RecommendedAction);
        }

        Assert.Equal("Start-Container -Name c", Assert.Throws<VirtException>(() => ContainerStates.CheckInvoke("c", ContainerState.Stopped)).RecommendedAction);
    }

    [Fact]
    public void What_the_user_says_goes_over_what_the_image_says()
    {
        var spec = NewContainerCheck.ToSpec("c", new NewContainer { Environment = { ["B"] = "2" } }, Base);
        Assert.Equal(("1", "2", "c", "/"), (spec.Environment["A"], spec.Environment["B"], spec.HostName, spec.WorkingDirectory));
        Assert.Equal(["/bin/sh"], spec.Command);
        Assert.Equal(["ls"], NewContainerCheck.ToSpec("c", new NewContainer { Command = ["ls"] }, Base).Command);
    }

    public static TheoryData<NewContainer, string> Wrong => new()
    {
        { new NewContainer { Command = [""] }, "InvalidCommand" },
        { new NewContainer { Command = ["a\0"] }, "InvalidCommand" },
        { new NewContainer { Environment = { ["A=B"] = "" } }, "InvalidEnvironment" },
        { new NewContainer { WorkingDirectory = "srv" }, "InvalidWorkingDirectory" },
        { new NewContainer { WorkingDirectory = "/a/../b" }, "InvalidWorkingDirectory" },
        { new NewContainer { HostName = "a b" }, "InvalidHostName" },
        { new NewContainer { MemoryBytes = 1024 }, "InvalidMemoryBytes" },
        { new NewContainer { CpuCount = 0 }, "InvalidCpuCount" },
        { new NewContainer { CpuCount = double.NaN }, "InvalidCpuCount" },
        { new NewContainer { ProcessCount = 0 }, "InvalidProcessCount" },
        { new NewContainer { Volumes = ["/a:/x", "/b:/x/"] }, "InvalidVolume" },
        { new NewContainer { Network = "none", IPAddresses = ["10.0.0.2"] }, "InvalidIPAddress" },
        { new NewContainer { Network = "Host", Publish = ["80:80"] }, "InvalidPublish" },
        { new NewContainer { Network = "lan", AllowFrom = ["10.0.0.0/8"] }, "InvalidAllowFrom" },
        { new NewContainer { Network = "lan", Dns = ["ns.example.org"] }, "InvalidDns" },
        { new NewContainer { Dns = ["10.0.0.1"] }, "InvalidDns" },
        { new NewContainer { Network = "lan", DnsSearch = ["a b"] }, "InvalidDnsSearch" },
        { new NewContainer { RemoveOnExit = true, RestartPolicy = RestartPolicy.OnFailure }, "InvalidRemoveOnExit" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_could_never_run_is_refused(NewContainer request, string id)
    {
        var error = Assert.Throws<VirtException>(() => NewContainerCheck.ToSpec("c", request, Base));
        Assert.Equal((ErrorCode.InvalidArgument, id), (error.Code, error.Id));
        Assert.StartsWith("Cannot create container 'c': ", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<NewContainer, string, string> NotInAMachine => new()
    {
        { new NewContainer { Privileged = true }, "InvalidPrivileged", "New-Container -Isolation VM -AddCapability ALL" },
        { new NewContainer { UserNamespace = ContainerUserNamespace.Host }, "InvalidUserNamespace", "New-Container -Isolation VM" },
        { new NewContainer { Devices = ["/dev/fuse"] }, "InvalidDevice", "New-Container -Isolation Application -Device /dev/fuse" },
        { new NewContainer { ProcessCount = 10 }, "InvalidProcessCount", "New-Container -Isolation VM -Ulimit nproc=100" },
        { new NewContainer { MemoryBytes = 95 << 20 }, "InvalidMemoryBytes", "New-Container -Isolation VM -MemoryBytes 256MB" },
        { new NewContainer { Network = "HOST" }, "InvalidNetwork", "New-Container -Isolation VM -Network lan -Publish 8080:80" },
        { new NewContainer { Health = new HealthCheck { TcpPort = 80 } }, "InvalidHealth", "New-Container -Isolation VM -Network lan -HealthTcp 80" },
        { new NewContainer { Network = "none", Health = new HealthCheck { HttpUrl = "http://localhost/" } }, "InvalidHealth", "New-Container -Isolation VM -Network lan -HealthTcp 80" },
    };

    [Theory]
    [MemberData(nameof(NotInAMachine))]
    public void What_a_machine_of_its_own_cannot_have_is_refused_by_name(NewContainer request, string id, string action)
    {
        var error = Assert.Throws<VirtException>(() => NewContainerCheck.ToSpec("c", request with { Isolation = ContainerIsolation.VM }, Base));
        Assert.Equal((ErrorCode.InvalidArgument, id, action), (error.Code, error.Id, error.RecommendedAction));
    }

    [Fact]
    public void What_a_machine_of_its_own_can_have_is_not()
    {
        var request = new NewContainer { Isolation = ContainerIsolation.VM, Network = "lan", Health = new HealthCheck { TcpPort = 80 }, MemoryBytes = 96 << 20, Init = true, AddCapability = ["SYS_ADMIN"], Ulimits = ["nofile=10"] };
        Assert.Equal((ContainerIsolation.VM, ContainerUserNamespace.Private), (NewContainerCheck.ToSpec("c", request, Base).Isolation, NewContainerCheck.ToSpec("c", request, Base).UserNamespace));
    }

    [Fact]
    public void What_an_older_agent_wrote_is_read_with_todays_defaults()
    {
        var spec = JsonSerializer.Deserialize("""{"image":"i","rootfs":"/r","command":["sh"],"hostName":"h"}""", ContainerJson.Default.ContainerSpec)!;
        Assert.Equal(("/", ""), (spec.WorkingDirectory, spec.User));
        Assert.Empty(spec.Environment);
        Assert.Equal(("none", 0, 0, null, null), (spec.Network, spec.Volumes.Count + spec.Layers.Count, spec.Generation, spec.Previous, spec.Built));
        Assert.Equal((false, false), (spec.Init, spec.RemoveOnExit));
        var run = JsonSerializer.Deserialize("{}", ContainerJson.Default.ContainerRun)!;
        Assert.Equal(("", ""), (run.Cgroup, run.Status));
    }

    [Fact]
    public void A_full_disk_is_said_to_be_full()
    {
        var error = LaunchError.Of("web", NewContainerCheck.ToSpec("web", new NewContainer(), Base), new System.IO.IOException("No space left on device", Errno.ENOSPC));
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (error.Code, error.Id));
    }

    [Fact]
    public void A_refusal_of_the_kernel_names_the_container_and_the_cause()
    {
        var error = LaunchError.Of("web", NewContainerCheck.ToSpec("web", new NewContainer(), Base), new LinuxException("mkdir", Errno.ENOSPC, "/x"));
        Assert.Equal(ErrorCode.ResourceExhausted, error.Code);
        Assert.StartsWith("Cannot start container 'web': ", error.Message, StringComparison.Ordinal);
    }
}
