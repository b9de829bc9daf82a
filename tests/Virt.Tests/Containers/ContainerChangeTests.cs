using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Virt.Agent.Containers;
using Virt.Agent.Networks;
using Virt.Linux.Capabilities;
using Virt.Linux.Cgroups;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class ContainerChangeTests
{
    private static readonly ContainerSpec Full = ContainerArchiveTests.Full with
    {
        Rootfs = "/r",
        ImageLayers = ["l"],
        ImageDigest = "sha256:x",
        HostIds = 5,
        LabelLevel = "s0:c1,c2",
        Volumes = [new ContainerVolume("/vols/data", "/data", false) { VolumeName = "data", VolumeId = Guid.NewGuid() }, new ContainerVolume("/a:ro", "/b:ro", false)],
        Attachment = new NetworkAttachment { NetworkId = Guid.NewGuid(), Addresses = ["10.0.0.5"], MacAddress = "x", Ports = [], AllowFrom = ["10.0.0.0/8"] },
        Layers = ["d"],
        Generation = 3,
        LastGeneration = 4,
        Previous = new FormerGeneration { Number = 2, Layers = [], Labels = new Dictionary<string, string>(), ReplacedTime = default },
        Built = "b",
        Arriving = "a",
        Exports = ["/x.tar"],
        StandsStill = true,
        FrozenSource = Guid.NewGuid(),
        // As an image may have given it, and no user may type it.
        Environment = new Dictionary<string, string> { ["A=B"] = "c" },
        WorkingDirectory = "/srv/../srv",
    };

    public static TheoryData<string, SetContainer> AnewFor => new()
    {
        { "entry point", new SetContainer { Entrypoint = ["/bin/y"] } },
        { "environment", new SetContainer { Environment = new() { ["A"] = "c" } } },
        { "tmpfs", new SetContainer { Tmpfs = ["/run:size=2m"] } },
        { "no device", new SetContainer { Devices = [] } },
        { "capability", new SetContainer { AddCapability = ["NET_ADMIN"] } },
        { "privileged", new SetContainer { Privileged = false } },
        { "new privileges", new SetContainer { AllowNewPrivileges = false } },
        { "sysctl", new SetContainer { Sysctls = [] } },
        { "groups", new SetContainer { AdditionalGroups = [] } },
        { "name server", new SetContainer { Dns = ["10.0.0.2"] } },
        { "domain", new SetContainer { DnsSearch = [] } },
        { "option", new SetContainer { DnsOptions = [] } },
        { "host", new SetContainer { ExtraHosts = ["db:10.0.0.8"] } },
        { "shared memory", new SetContainer { ShmBytes = 0 } },
        { "log", new SetContainer { LogBytes = 0 } },
        { "init", new SetContainer { Init = false } },
    };

    public static TheoryData<string, SetContainer> LiveFor => new()
    {
        { "nothing", new SetContainer() },
        { "the same", new SetContainer { Dns = ["10.0.0.1"], Tmpfs = ["/run:size=1m,exec"], AddCapability = [], DropCapability = [.. CapabilitySet.Format(~5UL & CapabilitySet.All)] } },
        { "limits", new SetContainer { MemoryBytes = 0, CpuCount = 0, ProcessCount = 0, CpuShares = 0, ReservedMemoryBytes = 0, CpuSet = "1" } },
        { "limits of its processes", new SetContainer { Ulimits = ["nofile=10:21"], OutOfMemoryScore = 0 } },
        { "disks", new SetContainer { BlockIOWeight = 0 } },
        { "labels and order", new SetContainer { Labels = [], After = [] } },
        { "its end", new SetContainer { StopSignal = "INT", StopTimeout = TimeSpan.Zero, RestartPolicy = RestartPolicy.Never, RestartMaximum = 0, RemoveOnExit = true } },
        { "its health", new SetContainer { HealthTcp = 81, HealthRetries = 1 } },
    };

    [Fact]
    public void One_that_is_not_started_again_any_more_has_no_number_of_times_left()
    {
        var often = ContainerChange.Apply("c", Plain, new SetContainer { RestartPolicy = RestartPolicy.OnFailure, RestartMaximum = 3 });
        Assert.Equal(0, ContainerChange.Apply("c", often, new SetContainer { RestartPolicy = RestartPolicy.Never }).RestartMaximum);
        Assert.Equal(3, ContainerChange.Apply("c", often, new SetContainer { RestartPolicy = RestartPolicy.Always }).RestartMaximum);
        Assert.Equal(0, ContainerChange.Apply("c", Plain with { RestartMaximum = 3 }, new SetContainer { CpuShares = 512 }).RestartMaximum);
    }

    private static ContainerSpec Plain => NewContainerCheck.ToSpec("c", new NewContainer { Command = ["x"], MemoryBytes = 8 << 20, CpuCount = 1, User = "5" }, new ContainerBase("img", "/r", [], new Dictionary<string, string>(), ""));

    [Fact]
    public void A_change_leaves_alone_what_it_does_not_name()
    {
        var to = ContainerChange.Apply("web", Full, new SetContainer());
        foreach (var property in typeof(ContainerSpec).GetProperties().Where(static property => property.Name != "EqualityContract"))
        {
            Assert.Equal($"{property.Name}: {JsonSerializer.Serialize(property.GetValue(Full))}", $"{property.Name}: {JsonSerializer.Serialize(property.GetValue(to))}");
        }

        Assert.Same(Full.Health, to.Health);
    }

    [Fact]
    public void Zero_takes_a_limit_away()
    {
        var to = ContainerChange.Apply("c", Plain, new SetContainer { MemoryBytes = 0 });
        Assert.Equal(" 1 5", $"{to.MemoryBytes} {to.CpuCount} {to.User}");
        to = ContainerChange.Apply("web", Full, new SetContainer { MemoryBytes = 0, CpuCount = 0, ProcessCount = 0, CpuShares = 0, CpuSet = "", ReservedMemoryBytes = 0, ShmBytes = 0, LogBytes = 0, BlockIOWeight = 0 });
        Assert.Equal("null null null null null null null null null null", string.Join(' ', new object?[] { to.MemoryBytes, to.SwapBytes, to.CpuCount, to.ProcessCount, to.CpuShares, to.CpuSet, to.ReservedMemoryBytes, to.ShmBytes, to.LogBytes, to.BlockIOWeight }.Select(static v => v ?? "null")));
    }

    [Theory]
    [MemberData(nameof(AnewFor))]
    public void What_cannot_change_while_it_runs_needs_a_start(string what, SetContainer request)
    {
        var to = ContainerChange.Apply("web", Full, request);
        Assert.True(ContainerChange.NeedsStart(Full, to, CgroupVersion.V2), what);
        Assert.False(ContainerChange.NeedsStart(to, ContainerChange.Apply("web", to, request), CgroupVersion.V2), what);
    }

    [Theory]
    [MemberData(nameof(LiveFor))]
    public void What_can_change_while_it_runs_needs_none(string what, SetContainer request) =>
        Assert.False(ContainerChange.NeedsStart(Full, ContainerChange.Apply("web", Full, request), CgroupVersion.V1), what);

    [Fact]
    public void One_in_a_machine_is_started_anew_for_what_its_machine_has()
    {
        var spec = Plain with { Isolation = ContainerIsolation.VM, MemoryBytes = 256 << 20 };
        Assert.True(NeedsStart(new SetContainer { MemoryBytes = 512 << 20 }));
        Assert.True(NeedsStart(new SetContainer { CpuCount = 2 }));
        Assert.True(NeedsStart(new SetContainer { Volumes = ["/a:/a"] }));
        Assert.False(NeedsStart(new SetContainer { CpuCount = 0.5 }));
        Assert.False(NeedsStart(new SetContainer { CpuShares = 100 }));

        bool NeedsStart(SetContainer request) => ContainerChange.NeedsStart(spec, ContainerChange.Apply("c", spec, request), CgroupVersion.V2);
    }

    [Fact]
    public void Variables_are_laid_over_those_of_the_image_and_not_over_those_given_before()
    {
        var image = new ContainerBase("img", "/r", [], new Dictionary<string, string> { ["PATH"] = "/app", ["LEVEL"] = "info" }, "");
        var made = NewContainerCheck.ToSpec("c", new NewContainer { Command = ["x"], Environment = new() { ["OLD"] = "1" } }, image);
        Assert.Equal("LEVEL=debug PATH=/app", Variables(ContainerChange.Apply("c", made, new SetContainer { Environment = new() { ["LEVEL"] = "debug" } })));
        Assert.Equal("LEVEL=info PATH=/app", Variables(ContainerChange.Apply("c", made, new SetContainer { Environment = [] })));
        Assert.Equal("LEVEL=info OLD=1 PATH=/app", Variables(ContainerChange.Apply("c", made, new SetContainer { User = "5" })));

        // One that an older agent has made: what is known of its image by then, or nothing is lost.
        var old = made with { ImageEnvironment = null };
        Assert.Equal("LEVEL=info NEW=1 PATH=/app", Variables(ContainerChange.Apply("c", old, new SetContainer { Environment = new() { ["NEW"] = "1" } }, image.Environment)));
        Assert.Equal("LEVEL=info NEW=1 OLD=1 PATH=/app", Variables(ContainerChange.Apply("c", old, new SetContainer { Environment = new() { ["NEW"] = "1" } })));

        static string Variables(ContainerSpec spec) => string.Join(' ', spec.Environment.OrderBy(static v => v.Key, StringComparer.Ordinal).Select(static v => $"{v.Key}={v.Value}"));
    }

    [Fact]
    public void Labels_are_laid_over_those_of_the_image_and_not_over_those_given_before()
    {
        var image = new ContainerBase("img", "/r", [], new Dictionary<string, string>(), "") { Labels = new Dictionary<string, string> { ["maker"] = "m", ["tier"] = "dev" } };
        var made = NewContainerCheck.ToSpec("c", new NewContainer { Command = ["x"], Labels = new() { ["old"] = "1" } }, image);
        Assert.Equal("maker=m tier=prod", Labels(ContainerChange.Apply("c", made, new SetContainer { Labels = new() { ["tier"] = "prod" } })));
        Assert.Equal("maker=m tier=dev", Labels(ContainerChange.Apply("c", made, new SetContainer { Labels = [] })));
        Assert.Equal("maker=m old=1 tier=dev", Labels(ContainerChange.Apply("c", made, new SetContainer { User = "5" })));

        // One that an older agent has made: what is known of its image by then.
        var old = made with { ImageLabels = null };
        Assert.Equal("maker=m new=1 tier=dev", Labels(ContainerChange.Apply("c", old, new SetContainer { Labels = new() { ["new"] = "1" } }, null, image.Labels)));
        Assert.Equal("new=1", Labels(ContainerChange.Apply("c", old, new SetContainer { Labels = new() { ["new"] = "1" } })));

        static string Labels(ContainerSpec spec) => string.Join(' ', spec.Labels.OrderBy(static v => v.Key, StringComparer.Ordinal).Select(static v => $"{v.Key}={v.Value}"));
    }

    [Fact]
    public void It_is_known_which_words_are_the_entry_point()
    {
        var image = new ContainerBase("img", "/r", ["serve"], new Dictionary<string, string>(), "") { Entrypoint = ["/bin/app", "-v"] };
        var made = NewContainerCheck.ToSpec("c", new NewContainer { Command = ["run"] }, image);
        Assert.Equal("/bin/app -v | run", Words(made));
        Assert.Equal("/bin/app -v | run", Words(ContainerChange.Apply("c", made, new SetContainer { User = "5" })));
        Assert.Equal("/x | ", Words(ContainerChange.Apply("c", made, new SetContainer { Entrypoint = ["/x"] })));
        Assert.Equal(" | sh", Words(ContainerChange.Apply("c", made, new SetContainer { Command = ["sh"] })));
        Assert.Equal("/y | z", Words(ContainerChange.Apply("c", made, new SetContainer { Entrypoint = ["/y"], Command = ["z"] })));

        static string Words(ContainerSpec spec) => $"{string.Join(' ', spec.Command.Take(spec.EntrypointCount))} | {string.Join(' ', spec.Command.Skip(spec.EntrypointCount))}";
    }

    [Fact]
    public void The_order_of_variables_is_no_difference()
    {
        var spec = ContainerChange.Apply("c", Plain, new SetContainer { Environment = new() { ["A"] = "1", ["B"] = "2" } });
        Assert.False(ContainerChange.NeedsStart(spec, ContainerChange.Apply("c", spec, new SetContainer { Environment = new() { ["B"] = "2", ["A"] = "1" } }), CgroupVersion.V2));
        Assert.True(ContainerChange.NeedsStart(spec, ContainerChange.Apply("c", spec, new SetContainer { Environment = new() { ["B"] = "2" } }), CgroupVersion.V2));
    }

    [Theory]
    [InlineData("/a:/a", "/a:/a /b:/b", false)]
    [InlineData("/a:/a", "/c:/a:ro", false)]
    [InlineData("/a:/a", "/a:/a /b:/a/b", false)]
    [InlineData("/a:/a /b:/a/b", "/b:/a/b", true)]
    [InlineData("/b:/a/b", "/a:/a /b:/a/b", true)]
    [InlineData("/b:/ab", "/a:/a /b:/ab", false)]
    [InlineData("/a:/a /b:/a/b", "", false)]
    public void Volumes_change_while_it_runs_where_none_that_stays_lies_below_them(string from, string to, bool needsStart)
    {
        var spec = ContainerChange.Apply("c", Plain, new SetContainer { Volumes = from.Split(' ') });
        Assert.Equal(needsStart, ContainerChange.NeedsStart(spec, ContainerChange.Apply("c", spec, new SetContainer { Volumes = to.Split(' ', StringSplitOptions.RemoveEmptyEntries) }), CgroupVersion.V1));
    }

    [Fact]
    public void What_a_cgroup_of_version_1_lacks_needs_a_start()
    {
        Assert.False(ContainerChange.NeedsStart(Plain, ContainerChange.Apply("c", Plain, new SetContainer { CpuSet = "0" }), CgroupVersion.V2));
        Assert.False(ContainerChange.NeedsStart(Plain, ContainerChange.Apply("c", Plain, new SetContainer { CpuSet = "0" }), CgroupVersion.V1));
        Assert.False(ContainerChange.NeedsStart(Plain, ContainerChange.Apply("c", Plain, new SetContainer { BlockIOWeight = 50 }), CgroupVersion.V2));
        Assert.True(ContainerChange.NeedsStart(Plain, ContainerChange.Apply("c", Plain, new SetContainer { BlockIOWeight = 50 }), CgroupVersion.V1));
    }

    [Fact]
    public void An_entry_point_comes_before_the_command_and_stands_alone_without_one()
    {
        Assert.Equal(["e", "f", "c"], ContainerChange.Apply("c", Plain, new SetContainer { Entrypoint = ["e", "f"], Command = ["c"] }).Command);
        Assert.Equal(["e"], ContainerChange.Apply("c", Plain, new SetContainer { Entrypoint = ["e"] }).Command);
        Assert.Equal(["c"], ContainerChange.Apply("c", Plain, new SetContainer { Command = ["c"] }).Command);
    }

    [Fact]
    public void Each_list_of_capabilities_changes_alone()
    {
        var more = ContainerChange.Apply("c", Plain, new SetContainer { AddCapability = ["NET_ADMIN"] });
        Assert.Equal(CapabilitySet.Default | CapabilitySet.Parse("NET_ADMIN"), more.Capabilities);
        var less = ContainerChange.Apply("c", more, new SetContainer { DropCapability = ["CHOWN"] });
        Assert.Equal((CapabilitySet.Default | CapabilitySet.Parse("NET_ADMIN")) & ~CapabilitySet.Parse("CHOWN"), less.Capabilities);
        Assert.Equal(CapabilitySet.Default & ~CapabilitySet.Parse("CHOWN"), ContainerChange.Apply("c", less, new SetContainer { AddCapability = [] }).Capabilities);
        Assert.Equal(CapabilitySet.Default, ContainerChange.Apply("c", less, new SetContainer { AddCapability = ["chown"] }).Capabilities);
        Assert.Equal(0UL, ContainerChange.Apply("c", Plain, new SetContainer { DropCapability = ["ALL"] }).Capabilities);
        Assert.Null(ContainerChange.Apply("c", less, new SetContainer { AddCapability = [], DropCapability = [] }).Capabilities);
    }

    [Fact]
    public void A_question_takes_the_place_of_all_that_was_asked_and_a_time_of_that_time_alone()
    {
        var asked = ContainerChange.Apply("c", Plain, new SetContainer { HealthTcp = 80, HealthRetries = 5 }).Health!;
        Assert.Equal((80, 5, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)), (asked.TcpPort, asked.Retries, asked.Interval, asked.ProbeTimeout));
        var with = Plain with { Health = asked };
        Assert.Equal((80, 5, 2.0), ContainerChange.Apply("c", with, new SetContainer { HealthInterval = TimeSpan.FromSeconds(2) }).Health is { } slow ? (slow.TcpPort, slow.Retries, slow.Interval.TotalSeconds) : default);
        var other = ContainerChange.Apply("c", with, new SetContainer { HealthCommand = ["true"] }).Health!;
        Assert.Equal((0, "true", 5), (other.TcpPort, other.Command[0], other.Retries));
        Assert.Null(ContainerChange.Apply("c", with, new SetContainer { HealthCommand = [] }).Health);
        Assert.Equal("InvalidHealth", Refused(Plain, new SetContainer { HealthRetries = 2 }).Id);
        Assert.Equal("InvalidRestartPolicy", Refused(with with { RestartPolicy = RestartPolicy.OnUnhealthy }, new SetContainer { HealthCommand = [] }).Id);
    }

    [Fact]
    public void The_rules_are_those_of_a_new_one_in_the_words_of_a_change()
    {
        var error = Refused(Plain, new SetContainer { MemoryBytes = 5 });
        Assert.Equal(("InvalidMemoryBytes", "Cannot change container 'c': it would have 5 bytes of memory; 4 MB is the least.", "Set-Container c -MemoryBytes 64MB"), (error.Id, error.Message, error.RecommendedAction));
        Assert.Equal("InvalidTmpfs", Refused(Plain, new SetContainer { Tmpfs = ["run"] }).Id);
        Assert.Equal("InvalidStopSignal", Refused(Plain, new SetContainer { StopSignal = "NOPE" }).Id);
        Assert.Equal("InvalidCapability", Refused(Plain, new SetContainer { AddCapability = ["NOPE"] }).Id);
        Assert.Equal("InvalidDns", Refused(Plain, new SetContainer { Dns = ["10.0.0.1"] }).Id);
        Assert.Equal("DeviceNotFound", Refused(Plain, new SetContainer { Devices = ["/dev/no-such"] }).Id);
        error = Refused(Plain with { Isolation = ContainerIsolation.System }, new SetContainer { Privileged = true });
        Assert.Equal(("InvalidSystem", "New-Container -System -Image debian-system"), (error.Id, error.RecommendedAction));
        // What both are together counts, whichever was there before.
        Assert.Equal("InvalidRemoveOnExit", Refused(Plain with { RestartPolicy = RestartPolicy.Always }, new SetContainer { RemoveOnExit = true }).Id);
    }

    private static VirtException Refused(ContainerSpec spec, SetContainer request) => Assert.Throws<VirtException>(() => ContainerChange.Apply("c", spec, request));
}
