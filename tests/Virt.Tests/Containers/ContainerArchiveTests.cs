using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using Virt.Agent.Containers;
using Virt.Agent.Containers.Archives;
using Virt.Agent.Images.Oci;
using Virt.Linux.Processes;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class ContainerArchiveTests
{
    private static readonly ContainerBase Base = new("img", "", [], new Dictionary<string, string>(), "");

    private static readonly Digest Any = Digest.Of("x"u8.ToArray());

    // What an archive does not carry, or has elsewhere.
    private static readonly string[] OfOneHost =
    [
        "Rootfs", "ImageLayers", "ImageDigest", "ImageEnvironment", "ImageLabels", "HostIds", "LabelLevel", "Attachment", "Adapters", "Layers", "Generation", "LastGeneration", "Previous", "Built", "FrozenSource", "Arriving", "Exports", "StandsStill", "FormerVolumes", "FormerLimits",
    ];

    internal static readonly ContainerSpec Full = new()
    {
        Image = "img",
        Rootfs = "",
        Isolation = ContainerIsolation.Jail,
        Command = ["/bin/x", "y"],
        EntrypointCount = 1,
        Environment = new Dictionary<string, string> { ["A"] = "b" },
        WorkingDirectory = "/srv",
        User = "7:8",
        HostName = "web",
        MemoryBytes = 64 << 20,
        CpuCount = 0.5,
        ProcessCount = 50,
        ReadOnly = true,
        Labels = new Dictionary<string, string> { ["l"] = "m" },
        Volumes = [new ContainerVolume("/tmp", "/t", true), new ContainerVolume("", "/data", false) { VolumeName = "data" }],
        Network = "lan",
        Dns = ["10.0.0.1"],
        DnsSearch = ["example.org"],
        DnsOptions = ["timeout:1"],
        UserNamespace = ContainerUserNamespace.Host,
        Privileged = true,
        StopSignal = 3,
        StopTimeout = TimeSpan.FromSeconds(3),
        Tmpfs = [ContainerTmpfs.Parse("/run:size=1m,exec", out _)!],
        Devices = [ContainerDevice.Parse("/dev/null", out _)!],
        Capabilities = 5,
        AllowNewPrivileges = true,
        Ulimits = [ContainerUlimit.Parse("nofile=10:20", out _)!],
        Sysctls = new Dictionary<string, string> { ["net.core.somaxconn"] = "9" },
        AdditionalGroups = ["9"],
        ExtraHosts = [new("db", "10.0.0.7")],
        OutOfMemoryScore = 5,
        CpuSet = "0",
        CpuShares = 512,
        SwapBytes = 1 << 20,
        ReservedMemoryBytes = 32 << 20,
        ShmBytes = 1 << 20,
        LogBytes = 1 << 20,
        BlockIOWeight = 20,
        RestartPolicy = RestartPolicy.OnFailure,
        RestartMaximum = 4,
        After = ["db"],
        Health = new HealthCheck { TcpPort = 80, Interval = TimeSpan.FromSeconds(1), ProbeTimeout = TimeSpan.FromSeconds(1), Retries = 2 },
        Init = true,
    };

    public static TheoryData<string, string> Wrong => new()
    {
        { "no json", "ContainerArchiveDamaged" },
        { "[]", "ContainerArchiveDamaged" },
        { "{}", "ContainerArchiveDamaged" },
        { """{"formatVersion":2,"what":"is not known"}""", "ContainerArchiveTooNew" },
        { Text().Replace("\"command\":[", "\"command\":[null,", StringComparison.Ordinal), "ContainerArchiveDamaged" },
        { Text().Replace("\"dns\":[\"10.0.0.1\"]", "\"dns\":null", StringComparison.Ordinal), "ContainerArchiveDamaged" },
        { Text().Replace("\"adapters\":[", "\"adapters\":[null", StringComparison.Ordinal), "ContainerArchiveDamaged" },
        { Text().Replace(Any.Hex, "../../etc", StringComparison.Ordinal), "ContainerArchiveDamaged" },
    };

    [Fact]
    public void Every_setting_is_the_same_after_a_way_through_an_archive()
    {
        var archive = ContainerArchive.Read(Of(Full).Write(), "/a.tar");
        var spec = NewContainerCheck.ToSpec("web", ContainerSettings.RequestOf(archive, new ImportContainer()), Base);
        foreach (var property in typeof(ContainerSpec).GetProperties().Where(property => property.Name != "EqualityContract" && !OfOneHost.Contains(property.Name)))
        {
            Assert.Equal($"{property.Name}: {JsonSerializer.Serialize(property.GetValue(Full))}", $"{property.Name}: {JsonSerializer.Serialize(property.GetValue(spec))}");
        }
    }

    [Fact]
    public void Every_setting_is_tried()
    {
        var none = new ContainerSpec { Image = "", Rootfs = "", Command = [], HostName = "" };
        var untried = typeof(ContainerSpec).GetProperties().Where(property => !OfOneHost.Contains(property.Name) && Equals(property.GetValue(none), property.GetValue(Full))).Select(static property => property.Name);
        // A system container is no privileged one, and whoever is started again does not go; the disks of a test's host have no one name.
        Assert.Equal(["BlockIO", "EqualityContract", "IsChroot", "IsMachine", "IsSystem", "RemoveOnExit"], untried.Union(["EqualityContract"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_system_container_and_one_that_goes_stay_so()
    {
        var spec = Full with { Isolation = ContainerIsolation.System, Privileged = false, UserNamespace = ContainerUserNamespace.Private, User = "", Init = false, RemoveOnExit = true, RestartPolicy = RestartPolicy.Never, RestartMaximum = 0, StopSignal = Signals.Halt };
        var made = NewContainerCheck.ToSpec("web", ContainerSettings.RequestOf(Of(spec), new ImportContainer()), Base);
        Assert.Equal((true, true, Signals.Halt), (made.IsSystem, made.RemoveOnExit, made.StopSignal));
    }

    [Fact]
    public void What_only_its_host_can_give_is_not_in_it()
    {
        var id = Guid.NewGuid();
        var portable = ContainerSettings.Portable(Full with { HostIds = 9, LabelLevel = "s0:c1,c2", Generation = 2, Layers = ["sha256:1"], Exports = ["/x"], Volumes = [new ContainerVolume("/var/lib/volumes/1", "/data", false) { VolumeName = "data", VolumeId = id }] }, "lan2");
        Assert.Equal((0u, "", 0, 0, 0, "lan2"), (portable.HostIds, portable.LabelLevel, portable.Generation, portable.Layers.Count, portable.Exports.Count, portable.Network));
        Assert.Equal(("", Guid.Empty, "data:/data"), (portable.Volumes[0].Source, portable.Volumes[0].VolumeId, portable.Volumes[0].ToString()));
    }

    [Fact]
    public void What_is_typed_counts_before_what_the_archive_says()
    {
        var archive = Of(Full) with { Publish = ["8080:80"], AllowFrom = ["10.0.0.0/8"] };
        var same = ContainerSettings.RequestOf(archive, new ImportContainer());
        Assert.Equal(("web", "web", "8080:80", "10.0.0.0/8"), (same.Name, same.HostName, same.Publish.Single(), same.AllowFrom.Single()));
        var other = ContainerSettings.RequestOf(archive, new ImportContainer { Name = "web2", Network = "none", Volumes = ["a:/b"] });
        Assert.Equal(("web2", "web2", "none", "a:/b"), (other.Name, other.HostName, other.Network, other.Volumes.Single()));
        Assert.Equal((0, 0, 0, 0), (other.Publish.Length, other.AllowFrom.Length, other.Dns.Length, other.DnsSearch.Length));
        Assert.Empty(ContainerSettings.RequestOf(archive, new ImportContainer { Publish = [] }).AllowFrom);
    }

    [Fact]
    public void Its_further_networks_are_those_of_their_names_or_those_that_are_typed()
    {
        var spec = ContainerSettings.Portable(Full with { Adapters = [new ContainerAdapter { Id = Guid.NewGuid(), Number = 1, Network = "old", Attachment = new() { Addresses = ["10.0.0.2"] } }] }, "lan", "dmz");
        var archive = ContainerArchive.Read(Of(spec).Write(), "/a.tar");
        Assert.Equal((Guid.Empty, null), (archive.Spec.Adapters.Single().Id, archive.Spec.Adapters.Single().Attachment));
        var same = ContainerSettings.RequestOf(archive, new ImportContainer());
        Assert.Equal(("lan", "dmz"), (same.Network, same.AdditionalNetworks.Single()));
        Assert.Empty(ContainerSettings.RequestOf(archive, new ImportContainer { Network = "none" }).AdditionalNetworks);
        Assert.Equal(["b"], ContainerSettings.RequestOf(archive, new ImportContainer { Network = "a", AdditionalNetworks = ["b"] }).AdditionalNetworks);
    }

    [Fact]
    public void What_it_gets_of_the_host_is_said()
    {
        var note = ContainerSettings.NoteOf(Full);
        Assert.Equal("Of the host it gets what the archive says: it is privileged; its users are the host's; it uses '/dev/null'; it sees '/tmp' of the host.", note);
        Assert.Equal("", ContainerSettings.NoteOf(new ContainerSpec { Image = "", Rootfs = "", Command = [], HostName = "", Volumes = [new ContainerVolume("", "/data", false) { VolumeName = "data" }] }));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_be_read_is_said(string text, string id)
    {
        Assert.NotEqual(Text(), text);
        var error = Assert.Throws<VirtException>(() => ContainerArchive.Read(Encoding.UTF8.GetBytes(text), "/a.tar"));
        Assert.Equal((id, "/a.tar"), (error.Id, error.Target));
    }

    private static ContainerArchive Of(ContainerSpec spec) => new() { Name = "web", Image = new ArchivedImage { Root = Any, Manifest = Any }, Spec = spec };

    private static string Text() => Encoding.UTF8.GetString(Of(Full).Write());
}
