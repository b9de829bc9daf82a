using System;
using System.Collections.Generic;
using System.IO;
using Virt.Agent.Containers;
using Virt.Agent.Networks;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class ContainerCloneTests
{
    private static readonly ContainerSpec Spec = new()
    {
        Image = "img",
        Rootfs = "/r",
        Command = ["a"],
        HostName = "web",
        HostIds = 0x7000_0000,
        LabelLevel = "s0:c1,c2",
        Init = true,
        Layers = ["sha256:1"],
        Generation = 3,
        LastGeneration = 4,
        Previous = new FormerGeneration { Number = 2 },
        Built = "sha256:2",
        Network = "lan",
        Attachment = new NetworkAttachment { NetworkId = Guid.NewGuid(), Addresses = ["10.0.0.2"], Ports = PublishedPort.Parse("8080:80", out _)!, AllowFrom = ["10.0.0.0/8"] },
        Adapters = [new ContainerAdapter { Id = Guid.NewGuid(), Number = 1, Network = "dmz" }],
        Dns = ["10.0.0.1"],
        Labels = new Dictionary<string, string> { ["a"] = "b" },
    };

    [Fact]
    public void Settings_and_layers_stay_and_what_one_alone_can_have_does_not()
    {
        var copy = ContainerClone.SpecOf(Spec, "lan2", "web2");
        Assert.Equal(("img", true, "lan2", "web2"), (copy.Image, copy.Init, copy.Network, copy.HostName));
        Assert.Empty(copy.Adapters);
        Assert.Equal((Spec.Command, Spec.Layers, Spec.Labels), (copy.Command, copy.Layers, copy.Labels));
        Assert.Equal((0u, "", 0, 0, null, null, null), (copy.HostIds, copy.LabelLevel, copy.Generation, copy.LastGeneration, copy.Previous, copy.Built, copy.Attachment));
    }

    [Fact]
    public void Ports_are_dropped_and_named_unless_others_are_given()
    {
        var request = new CopyContainer { NewName = "web2" };
        var place = ContainerClone.PlaceOf(Spec, request);
        Assert.Equal((0, 0, 0), (place.Publish.Length, place.AllowFrom.Length, place.IPAddresses.Length));
        Assert.Equal(["10.0.0.1"], place.Dns);
        Assert.Equal(["dmz2"], ContainerClone.PlaceOf(Spec, request, "dmz2").AdditionalNetworks);
        Assert.Equal("The ports 8080:80 stay the original's; the copy publishes none.", ContainerClone.NoteOf(Spec, request));
        request.Publish = ["8081:80"];
        Assert.Equal(["10.0.0.0/8"], ContainerClone.PlaceOf(Spec, request).AllowFrom);
        Assert.Equal("", ContainerClone.NoteOf(Spec, request));
        Assert.Equal("Its volumes are the original's: data:/data.", ContainerClone.NoteOf(Spec with { Volumes = [ContainerVolume.Parse("data:/data", out _)!] }, request));
    }

    [Fact]
    public void Without_a_network_of_its_own_there_are_neither_ports_nor_addresses()
    {
        var alone = Spec with { Attachment = null, Network = "none" };
        ContainerClone.Check("web", alone, new CopyContainer { NewName = "web2" });
        Assert.Equal("InvalidPublish", Assert.Throws<VirtException>(() => ContainerClone.Check("web", alone, new CopyContainer { Publish = ["1:1"] })).Id);
        Assert.Equal("InvalidIPAddress", Assert.Throws<VirtException>(() => ContainerClone.Check("web", alone, new CopyContainer { IPAddresses = ["10.0.0.3"] })).Id);
    }

    [Fact]
    public void A_machine_id_is_emptied_and_no_link_is_followed()
    {
        var top = Directory.CreateTempSubdirectory("vt-identity-").FullName;
        try
        {
            var (first, second, third) = (Path.Combine(top, "1"), Path.Combine(top, "2"), Path.Combine(top, "3"));
            foreach (var folder in new[] { Path.Combine(first, "etc"), second, Path.Combine(third, "etc") })
            {
                Directory.CreateDirectory(folder);
            }

            var id = Path.Combine(first, "etc", "machine-id");
            File.WriteAllText(id, "0123\n");
            Directory.CreateSymbolicLink(Path.Combine(second, "etc"), Path.Combine(first, "etc"));
            File.CreateSymbolicLink(Path.Combine(third, "etc", "machine-id"), id);
            ContainerIdentity.Forget(second);
            ContainerIdentity.Forget(third);
            ContainerIdentity.Forget(top);
            Assert.Equal("0123\n", File.ReadAllText(id));
            ContainerIdentity.Forget(first);
            Assert.Equal("", File.ReadAllText(id));
        }
        finally
        {
            Directory.Delete(top, recursive: true);
        }
    }
}
