using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Images;

/// <summary>
/// The agent is killed between any two steps of an image's coming: the next agent has the image, whole, or nothing of it, and it can be taken in again. The names are those of
/// Images/Store/ImageFaults.cs, which a unit test compares.
/// </summary>
public sealed class ImageFaultTests
{
    [Theory]
    [InlineData("image.blobs.stored", false)]
    [InlineData("image.layers.unpacked", false)]
    [InlineData("image.layers.named", false)]
    [InlineData("image.recorded", true)]
    public async Task While_an_image_is_taken_in(string point, bool isThere)
    {
        await using var host = await TestHost.StartAsync();
        host.New("app:1", ImageBench.StarterRoot);
        var archive = host.Export("app:1", "app.tar", ContainerImageFormat.Docker);
        host.Remove("app:1");
        await host.StopAgentAsync();

        host.Faults = point + "=kill";
        await host.StartAgentAsync();
        Assert.Throws<VirtException>(() => host.Import(archive));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        Assert.Equal(isThere ? 1 : 0, host.Images().Count);
        Assert.Equal(isThere ? 1 : 0, host.Stored().Layers.Count);
        Assert.Equal(isThere ? 3 : 0, host.Stored().Blobs.Count);
        Assert.Equal("localhost/app:1", host.Import(archive).Name);
        Assert.Equal(["works"], host.Log(host.RunToEnd(new NewContainer { Image = "app:1", Command = ["echo", "works"] })));
    }

    [Theory]
    [InlineData("container.export.frozen", false)]
    [InlineData("image.blobs.stored", false)]
    [InlineData("image.layers.named", false)]
    [InlineData("image.recorded", true)]
    public async Task While_one_is_made_of_a_container_that_runs_which_goes_on(string point, bool isThere)
    {
        var first = 0;
        await using var host = await KilledHost.AtAsync(
            point,
            static host => host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "app:1", Container = "a" }),
            first: host =>
            {
                first = host.Run(ContainerHost.Script("while :; do date +%s.%N >/now; sleep 0.05; done", "a")).ProcessId!.Value;
                return Task.CompletedTask;
            });
        var container = host.Invoke(Methods.GetContainer, new GetContainer { Names = ["a"] }).Items.Single();
        Assert.Equal((ContainerState.Running, first), (container.State, container.ProcessId));
        var seen = host.Exec(container, "cat /now").Output;
        await Poll.UntilAsync(() => host.Exec(container, "cat /now").Output != seen, "its clock");
        Assert.Equal(isThere ? 1 : 0, host.Images().Count);
        Assert.Equal("localhost/app:1", host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "app:1", Container = "a" }).Name);
    }

    [Theory]
    [InlineData("app.tar.gz")]
    [InlineData("app")]
    public async Task While_one_is_exported_of_which_nothing_is_left(string file)
    {
        await using var host = await TestHost.StartAsync();
        host.New("app:1", ImageBench.StarterRoot);
        var request = new ExportContainerImage { Name = "app:1", Path = Path.Combine(host.Files, file) };
        await host.KillAtAsync("image.export.filled", client => client.Invoke(Methods.ExportContainerImage, request));
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Files));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(host.StateFolder, "exports")));
        host.Invoke(Methods.ExportContainerImage, request);
        Assert.Equal([request.Path], Directory.EnumerateFileSystemEntries(host.Files));
        host.Remove("app:1");
        Assert.Equal("localhost/app:1", host.Import(request.Path).Name);
    }

    [Fact]
    public async Task While_one_gets_another_name_and_loses_it()
    {
        await using var host = await TestHost.StartAsync();
        var digest = host.New("app:1", ImageBench.StarterRoot).Digest;
        foreach (var (point, act, names) in new (string, Action<TestHost>, string[])[]
        {
            ("image.named", static host => host.Invoke(Methods.RenameContainerImage, new RenameContainerImage { Name = "app:1", NewName = "app:2" }), ["localhost/app:2"]),
            ("image.named", static host => host.Invoke(Methods.AddContainerImageName, new AddContainerImageName { Name = "app:2", NewName = "app:3" }), ["localhost/app:2", "localhost/app:3"]),
            ("image.unnamed", static host => host.Invoke(Methods.RemoveContainerImageName, new RemoveContainerImageName { Name = "app:2" }), ["localhost/app:3"]),
        })
        {
            await host.StopAgentAsync();
            host.Faults = point + "=kill";
            await host.StartAgentAsync();
            Assert.Throws<VirtException>(() => act(host));
            await host.EndedByFaultAsync();
            host.Faults = "";
            await host.StartAgentAsync();
            Assert.Equal(names, host.Images().Select(static image => image.Name));
            Assert.All(host.Images(), image => Assert.Equal(digest, image.Digest));
        }
    }

    [Fact]
    public async Task While_one_is_removed()
    {
        await using var host = await TestHost.StartAsync();
        host.New("app:1", ImageBench.StarterRoot);
        await host.StopAgentAsync();
        host.Faults = "image.removed=kill";
        await host.StartAgentAsync();
        Assert.Throws<VirtException>(() => host.Remove("app:1"));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        Assert.Empty(host.Images());
        Assert.Empty(host.Stored().Layers.Concat(host.Stored().Blobs));
    }

    [Fact]
    public async Task A_disk_that_is_full_in_the_middle_leaves_nothing()
    {
        await using var host = await TestHost.MakeAsync();
        Directory.CreateDirectory(host.StateFolder);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=18m,mode=0711", "tmpfs", host.StateFolder);
        await host.StartAgentAsync();
        var big = Path.Combine(host.Files, "big");
        Directory.CreateDirectory(big);
        await host.RunAsync("dd", "if=/dev/urandom", "of=" + Path.Combine(big, "data"), "bs=1M", "count=8", "status=none");
        var e = Assert.Throws<VirtException>(() => host.New("big:1", big));
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (e.Code, e.Id));
        host.Invoke(Methods.OptimizeContainerImage, new OptimizeContainerImage());
        Assert.Empty(host.Images());
        Assert.Equal(["", ""], await Task.WhenAll(
            host.RunAsync("ls", Path.Combine(host.StateFolder, "images", "layers")), host.RunAsync("ls", Path.Combine(host.StateFolder, "images", "blobs", "sha256"))));
        await host.StopAgentAsync();
        await host.RunAsync("umount", host.StateFolder);
    }

    [Fact]
    public async Task What_is_no_archive_of_images_or_a_hostile_one_is_refused()
    {
        await using var host = await TestHost.StartAsync();
        var path = Path.Combine(host.Files, "bad.tar");
        await File.WriteAllTextAsync(path, "no archive");
        Assert.Equal("ImageArchiveDamaged", Assert.Throws<VirtException>(() => host.Import(path)).Id);
        await host.RunAsync("tar", "--create", "--file", path, "--directory", host.Files, "bad.tar");
        Assert.Equal("ImageArchiveDamaged", Assert.Throws<VirtException>(() => host.Import(path)).Id);
        var folder = Path.Combine(host.Files, "bad");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "manifest.json"), """[{"Config": "../../../../../../etc/passwd", "RepoTags": null, "Layers": ["/etc/shadow"]}]""");
        Assert.Equal("ImageArchiveDamaged", Assert.Throws<VirtException>(() => host.Import(folder)).Id);
        Assert.Equal("ArchiveNotFound", Assert.Throws<VirtException>(() => host.Import(path + "x")).Id);
        Assert.Empty(host.Stored().Blobs);
    }
}
