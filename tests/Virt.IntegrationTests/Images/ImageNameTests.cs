using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Registries;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Images;

/// <summary>Further names of images, other names, and what becomes of the images that had them.</summary>
public sealed class ImageNameTests
{
    [Fact]
    public async Task A_further_name_shares_all_and_each_name_goes_by_itself()
    {
        await using var host = await TestHost.StartAsync();
        var image = host.New("app:1", ImageBench.StarterRoot);
        var (layers, blobs) = host.Stored();
        Assert.Equal(("localhost/app:2", image.Digest, image.Id), Parts(Add(host, "app:1", "app:2")));
        Assert.Equal("app:2", Add(host, image.Digest[7..19], "docker.io/library/app:2").Name);
        Assert.Equal((layers.Count, blobs.Count), (host.Stored().Layers.Count, host.Stored().Blobs.Count));
        Assert.Equal(["app:2", "localhost/app:1", "localhost/app:2"], host.Images().Select(static one => one.Name).Order(StringComparer.Ordinal));
        Assert.Equal(("localhost/app:1", image.Digest, image.Id), Parts(Add(host, "app:2", "app:1"))); // it has it already

        // A container knows the name that it was made by, and goes on under any other.
        var container = host.RunToEnd(new NewContainer { Name = "a", Image = "localhost/app:2", Command = ["echo", "works"] });
        host.Remove("localhost/app:2");
        host.Remove("app:2");
        Assert.Equal(["localhost/app:1"], host.Images().Select(static one => one.Name));
        Assert.Equal(("localhost/app:2", image.Digest), (container.Image, host.Images().Single().Digest));
        Assert.Equal(["a"], host.Images().Single().Containers);
        host.Invoke(Methods.RemoveContainerImageName, new RemoveContainerImageName { Name = "app:1" });
        var bare = host.Images().Single();
        Assert.Equal((image.Digest, "", image.Digest[7..19]), (bare.Digest, bare.Tag, bare.Name));
        Assert.Equal("ContainerImageNameNotFound", host.Refused(Methods.RemoveContainerImageName, new RemoveContainerImageName { Name = bare.Name }).Id);
        Assert.Equal("localhost/app:3", Rename(host, bare.Name, "app:3").Name);
        host.Invoke(Methods.StartContainer, new StartContainer { Name = "a" });
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "a", Force = true });
        host.Remove("app:3");
        Assert.Empty(host.Stored().Layers.Concat(host.Stored().Blobs));
    }

    [Fact]
    public async Task A_name_that_another_image_has_is_taken_from_it_by_force_alone()
    {
        await using var host = await TestHost.StartAsync();
        var first = host.New("app:1", ImageBench.StarterRoot);
        var second = host.New("app:2", ImageBench.StarterRoot, static request => request.Labels["is"] = "second");
        foreach (var (e, cmdlet) in new[]
        {
            (host.Refused(Methods.AddContainerImageName, new AddContainerImageName { Name = "app:2", NewName = "app:1" }), "Add-ContainerImageName"),
            (host.Refused(Methods.RenameContainerImage, new RenameContainerImage { Name = "app:2", NewName = "app:1" }), "Rename-ContainerImage"),
        })
        {
            Assert.Equal((ErrorCode.AlreadyExists, "ContainerImageNameTaken", "localhost/app:1"), (e.Code, e.Id, e.Target));
            Assert.Equal($"{cmdlet} 'app:2' 'localhost/app:1' -Force", e.RecommendedAction);
        }

        Assert.Equal([(first.Digest, "localhost/app:1"), (second.Digest, "localhost/app:2")], Named(host));
        host.Client.Invoke(Methods.RenameContainerImage, new RenameContainerImage { Name = "app:2", NewName = "app:1", Force = true }, new CallOptions { WhatIf = true });
        Assert.Equal([(first.Digest, "localhost/app:1"), (second.Digest, "localhost/app:2")], Named(host));
        host.Invoke(Methods.RenameContainerImage, new RenameContainerImage { Name = "app:2", NewName = "app:1", Force = true });
        Assert.Equal([(first.Digest, first.Digest[7..19]), (second.Digest, "localhost/app:1")], Named(host));

        // Objects are found again by their ids; the name that one had says which is meant.
        Add(host, "app:1", "app:3");
        Assert.Equal("ContainerImageNameNotFound", host.Refused(Methods.RenameContainerImage, new RenameContainerImage { Id = second.Id, Name = "localhost/app:2", NewName = "app:4" }).Id);
        Assert.Equal("ContainerImageNameAmbiguous", host.Refused(Methods.RenameContainerImage, new RenameContainerImage { Name = second.Digest[7..19], NewName = "app:4" }).Id);
        Assert.Equal("localhost/app:4", host.Invoke(Methods.RenameContainerImage, new RenameContainerImage { Id = second.Id, Name = "localhost/app:3", NewName = "app:4" }).Name);
        Assert.Equal("InvalidImageName", host.Refused(Methods.AddContainerImageName, new AddContainerImageName { Name = "app:1", NewName = "app@" + second.Digest }).Id);
        Assert.Equal("InvalidImageName", host.Refused(Methods.AddContainerImageName, new AddContainerImageName { Name = "app:1", NewName = "App" }).Id);
        Assert.Equal("ContainerImageIsFolder", host.Refused(Methods.AddContainerImageName, new AddContainerImageName { Name = "starter", NewName = "app:5" }).Id);
        Assert.Equal("ContainerImageNotFound", host.Refused(Methods.AddContainerImageName, new AddContainerImageName { Name = "none", NewName = "app:5" }).Id);
    }

    [Fact]
    public async Task What_has_a_further_name_is_published_and_exported_by_that_and_others_read_it_so()
    {
        await using var host = await TestHost.StartAsync("--registry-plain-http", "127.0.0.1:5000");
        using var registry = await LocalRegistry.StartAsync(host);
        host.New("app:1", ImageBench.StarterRoot);
        var name = $"{registry.Name}/team/app:1.2";
        Add(host, "app:1", name);
        Assert.Equal(name, host.Invoke(Methods.PublishContainerImage, new PublishContainerImage { Name = name }).Name);
        await registry.ReadAsync("team/app:1.2");
        Assert.True(host.Invoke(Methods.TestContainerImage, new TestContainerImage()).Items.Single().IsCurrent);

        var oci = host.Export(name, "oci.tar", ContainerImageFormat.Oci);
        var docker = host.Export(name, "docker.tar", ContainerImageFormat.Docker);
        await host.RunAsync("skopeo", "inspect", "--raw", $"oci-archive:{oci}:1.2");
        await host.RunAsync("skopeo", "inspect", "--raw", $"docker-archive:{docker}:{name}");
        string[] podman = ["podman", "--root", Path.Combine(host.Files, "root"), "--runroot", Path.Combine(host.Files, "run-podman"), "--storage-driver", "vfs", "--events-backend", "none"];
        Assert.Contains(name, await host.RunAsync([.. podman, "load", "--quiet", "--input", docker]), StringComparison.Ordinal);
    }

    private static ContainerImage Add(TestHost host, string name, string further) => host.Invoke(Methods.AddContainerImageName, new AddContainerImageName { Name = name, NewName = further });

    private static ContainerImage Rename(TestHost host, string name, string other) => host.Invoke(Methods.RenameContainerImage, new RenameContainerImage { Name = name, NewName = other });

    private static (string Name, string Digest, Guid Id) Parts(ContainerImage image) => (image.Name, image.Digest, image.Id);

    private static (string Digest, string Name)[] Named(TestHost host) => [.. host.Images().Select(static one => (one.Digest, one.Name)).OrderBy(static one => one.Name.Contains('/', StringComparison.Ordinal)).ThenBy(static one => one.Name, StringComparer.Ordinal)];
}
