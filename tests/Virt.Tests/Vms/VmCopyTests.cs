using System;
using System.IO;
using System.Linq;
using Virt.Agent.Networks;
using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class VmCopyTests
{
    [Theory]
    [InlineData("", 1, "web-2")]
    [InlineData("", 3, "web-2 web-4 web-5")]
    [InlineData("db", 1, "db")]
    [InlineData("db", 2, "db-1 db-2")]
    [InlineData("n##x", 2, "n01x n02x")]
    [InlineData("#", 1, "1")]
    [InlineData("web", 1, "web")]
    public void Numbers_that_are_taken_are_passed_over_and_a_name_without_one_is_not(string wanted, int count, string names) =>
        Assert.Equal(names.Split(' '), VmCopy.NamesOf("web", wanted, count, static name => name is "web" or "web-1" or "web-3"));

    [Theory]
    [InlineData("a#b#", 1, "InvalidName")]
    [InlineData("-x", 1, "InvalidName")]
    [InlineData("a/#", 2, "InvalidName")]
    [InlineData("", 0, "InvalidCount")]
    [InlineData("", 1001, "InvalidCount")]
    public void What_makes_no_names_is_refused(string wanted, int count, string id) =>
        Assert.Equal(id, Assert.Throws<VirtException>(() => VmCopy.NamesOf("web", wanted, count, static _ => false)).Id);

    [Fact]
    public void What_only_one_can_have_is_not_given_to_several()
    {
        Assert.Equal("InvalidPublish", Refused(new CopyVM { Count = 2, Publish = ["80:80"] }));
        Assert.Equal("InvalidIPAddress", Refused(new CopyVM { Count = 2, IPAddresses = ["10.0.0.5"] }));
        Assert.Equal("InvalidIPAddress", Refused(new CopyVM { KeepIdentity = true, IPAddresses = ["10.0.0.5"] }));
        VmCopy.Check("web", new CopyVM { Publish = ["80:80"], IPAddresses = ["10.0.0.5"] });
    }

    [Fact]
    public void A_copy_has_the_settings_and_nothing_that_one_alone_can_have()
    {
        var (id, copy) = (Guid.NewGuid(), Guid.NewGuid());
        var spec = Spec();
        var fresh = VmCopy.SpecOf(spec, id, copy, "user", keepsIdentity: false);
        Assert.Equal((3, 64L << 20, 1, "mine", "starter"), (fresh.ProcessorCount, fresh.MemoryBytes, fresh.Generation, fresh.Notes, fresh.Image));
        Assert.True(fresh is { Disk: null, Attachment: null, Checkpoint: null, Epoch: 0, SystemId: null });
        Assert.Empty(VmCopy.SpecOf(spec with { Exports = [new VmExport("/archive.partial", [])] }, id, copy, "user", keepsIdentity: false).Exports);
        Assert.NotEqual(spec.MacAddress, fresh.MacAddress);
        Assert.Null(VmCopy.SpecOf(spec, id, copy, null, keepsIdentity: true).MacAddress);

        Assert.Equal(5, VmCopy.SpecOf(spec with { Pending = new VmPending { ProcessorCount = 5 } }, id, copy, "user", keepsIdentity: false).ProcessorCount);
        var same = VmCopy.SpecOf(spec, id, copy, "user", keepsIdentity: true);
        Assert.Equal((id, spec.MacAddress), (same.SystemId, same.MacAddress));
        Assert.Equal(id, VmCopy.SpecOf(same, copy, Guid.NewGuid(), "user", keepsIdentity: true).SystemId);
    }

    [Fact]
    public void Layers_of_checkpoints_are_lent_and_an_images_is_not()
    {
        var lent = VmCopy.Lend([new VmDiskLayer("/top", "qcow2", IsOwn: true), new VmDiskLayer("/lent", "qcow2", IsLent: true), new VmDiskLayer("/image", "qcow2")]);
        Assert.Equal([(false, true), (false, true), (false, false)], lent.Select(static l => (l.IsOwn, l.IsLent)));
    }

    [Fact]
    public void Ports_that_stay_behind_are_named()
    {
        var spec = Spec() with { Attachment = new NetworkAttachment { Addresses = ["10.1.0.2"], Ports = PublishedPort.Parse("8080:80", out _)! } };
        Assert.Contains("8080:80", VmCopy.NoteOf(spec, new CopyVM()), StringComparison.Ordinal);
        Assert.Equal("", VmCopy.NoteOf(spec, new CopyVM { Publish = ["8081:80"] }));
    }

    [Fact]
    public void The_agent_is_killed_at_each_of_its_fault_points_in_a_test()
    {
        var tests = File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Vms", "CopyFaultTests.cs")) + File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Vms", "RenewTests.cs"));
        Assert.All(["CopyFaults.Linked", "CopyFaults.Full", "CopyFaults.Part", "CopyFaults.Renew"], list => Assert.Contains(list, tests, StringComparison.Ordinal));
    }

    private static string Refused(CopyVM request) => Assert.Throws<VirtException>(() => VmCopy.Check("web", request)).Id;

    private static VmSpec Spec() => new()
    {
        MemoryBytes = 64 << 20,
        ProcessorCount = 3,
        Generation = 1,
        Image = "starter",
        Disk = new VmDisk { Path = "/d", Format = "qcow2", SizeBytes = 1, IsNew = true },
        Network = "user",
        MacAddress = "52:54:00:01:02:03",
        Notes = "mine",
        Epoch = 4,
        Checkpoint = Guid.NewGuid(),
    };
}
