using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Events;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Images;

/// <summary>Containers of images that have layers: what they take from the image, and what keeps the image.</summary>
public sealed class ImageContainerTests
{
    [Fact]
    public async Task Images_that_come_and_go_are_told_of()
    {
        await using var host = await TestHost.StartAsync();
        await using var watch = new EventWatch(host, new WatchVirtEvent { Kinds = [VirtEventKind.Image] });
        var made = host.New("app:1", ImageBench.StarterRoot);
        host.Remove("app:1");
        var removed = await watch.ForAsync("localhost/app:1", VirtEventKind.Image, VirtEventAction.Removed);
        Assert.Equal((made.Id, made.Digest), (removed.Id, removed.Message));
        Assert.Equal([VirtEventAction.Created, VirtEventAction.Removed], watch.ActionsOf("localhost/app:1", VirtEventKind.Image));
    }

    [Fact]
    public async Task A_container_takes_from_its_image_what_its_user_does_not_say()
    {
        await using var host = await TestHost.StartAsync();
        host.New("app:1", ImageBench.StarterRoot, static request =>
        {
            request.Entrypoint = ["/bin/sh", "-c"];
            request.Command = ["echo $A $B $(pwd) $(id -u)"];
            request.Environment = new() { ["A"] = "1", ["B"] = "2" };
            request.WorkingDirectory = "/tmp";
            request.User = "7:8";
            request.Labels = new() { ["from"] = "image", ["both"] = "image" };
        });
        Assert.Equal(["1 2 /tmp 7"], host.Log(host.RunToEnd(new NewContainer { Image = "app:1" })));
        var changed = host.RunToEnd(new NewContainer { Image = "app:1", Command = ["echo $A $B $(pwd) $(id -u)"], Environment = new() { ["B"] = "3" }, WorkingDirectory = "/", User = "0", Labels = new() { ["both"] = "user" } });
        Assert.Equal(["1 3 / 0"], host.Log(changed));
        Assert.Equal(("image", "user"), (changed.Labels["from"], changed.Labels["both"]));
        var mistyped = host.Refused(Methods.NewContainer, new NewContainer { Image = "ap:1" });
        Assert.Equal(("ContainerImageNotFound", "Get-ContainerImage"), (mistyped.Id, mistyped.RecommendedAction));
        Assert.EndsWith("did you mean 'app:1'?", mistyped.Message, System.StringComparison.Ordinal);
        Assert.EndsWith("did you mean 'app:1'?", Assert.Single(host.Invoke(Methods.GetContainerImage, new GetContainerImage { Names = ["appp:1"] }).Errors).Message, System.StringComparison.Ordinal);
        Assert.Equal(["own"], host.Log(host.RunToEnd(new NewContainer { Image = "localhost/app:1", Entrypoint = ["/bin/echo"], Command = ["own"] })));
    }

    [Fact]
    public async Task Layers_lie_over_each_other_and_what_one_deletes_is_gone()
    {
        await using var host = await TestHost.StartAsync();
        host.New("base:1", ImageBench.StarterRoot);
        var container = host.Run(new NewContainer { Image = "base:1", Command = ["sleep", "600"], Name = "draft" });
        Assert.Equal("", host.Exec(container, "mkdir /d && echo 1 > /d/1 && echo 2 > /d/2 && ln /d/2 /d/3 && chmod 4755 /d/1").Error);
        var second = host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "second:1", Container = "draft" });
        Assert.Equal(ContainerState.Running, host.Get(container).State);
        Assert.Equal("", host.Exec(container, "rm /d/1 && rm -r /tmp; mkdir /tmp && echo 3 > /tmp/new").Error);
        host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "third:1", ContainerId = container.Id, Command = ["ls", "/d", "/tmp"] });
        Assert.Equal(2, second.Layers.Length);

        // A commit is over the container's image, so both stand on the base alone, and share its layer.
        Assert.Equal(["/d:", "2", "3", "", "/tmp:", "new"], host.Log(host.RunToEnd(new NewContainer { Image = "third:1" })));
        Assert.Equal(["-rwsr-xr-x 1"], host.Log(host.RunToEnd(new NewContainer { Image = "second:1", Command = ["sh", "-c", "ls -l /d/1 | cut -c 1-10 | tr '\\n' ' '; ls /d/1 | wc -l"] })));
        Assert.Equal(3, host.Stored().Layers.Count);
    }

    [Fact]
    public async Task An_image_that_a_container_was_made_from_is_removed_only_by_force_and_its_layers_stay()
    {
        await using var host = await TestHost.StartAsync();
        host.New("base:1", ImageBench.StarterRoot);
        var container = host.Run(new NewContainer { Image = "base:1", Command = ["sleep", "600"], Name = "user" });
        var e = Assert.Throws<VirtException>(() => host.Remove("base:1"));
        Assert.Equal((ErrorCode.WrongState, "ContainerImageInUse", "base:1"), (e.Code, e.Id, e.Target));
        Assert.Equal(["user"], host.Images().Single().Containers);
        host.Remove("base:1", force: true);
        Assert.Empty(host.Images());
        Assert.Single(host.Stored().Layers);
        Assert.Empty(host.Stored().Blobs);
        await host.StopAgentAsync();
        await host.StartAgentAsync();
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, TurnOff = true });
        host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        Assert.Equal("alive\n", host.Exec(container, "echo alive").Output);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        host.Invoke(Methods.OptimizeContainerImage, new OptimizeContainerImage());
        Assert.Empty(host.Stored().Layers);
    }

    [Fact]
    public async Task Of_two_names_only_the_one_that_is_given_goes()
    {
        await using var host = await TestHost.StartAsync();
        host.New("one:1", ImageBench.StarterRoot);
        var archive = host.Export("one:1", "x.tar", ContainerImageFormat.Oci);
        host.Import(archive, "two:1");
        Assert.Equal(["localhost/one:1", "localhost/two:1"], host.Images().Select(static image => image.Name));
        host.Remove("two:1");
        Assert.Equal(["localhost/one:1"], host.Images().Select(static image => image.Name));
        Assert.Equal("ContainerImageNotFound", Assert.Throws<VirtException>(() => host.Remove("two:1")).Id);
        Assert.Equal("ContainerImageIsFolder", Assert.Throws<VirtException>(() => host.Remove("starter")).Id);
    }

    [Fact]
    public async Task A_clean_up_removes_what_is_unused_the_longest_unused_first_and_says_so_before()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            var path = Path.Combine(host.Files, name);
            Directory.CreateDirectory(path);
            await File.WriteAllBytesAsync(Path.Combine(path, "zeros"), new byte[1 << 20]);
            await File.WriteAllTextAsync(Path.Combine(path, "name"), name);
            host.New(name + ":1", path);
        }

        host.Invoke(Methods.NewContainer, new NewContainer { Image = "a:1", Command = ["none"], Name = "user" });
        Assert.Empty(host.Invoke(Methods.OptimizeContainerImage, new OptimizeContainerImage { OlderThan = System.TimeSpan.FromDays(1) }).Images);
        Assert.Empty(host.Invoke(Methods.OptimizeContainerImage, new OptimizeContainerImage { KeepNamed = true }).Images);
        var told = host.Client.Invoke(Methods.OptimizeContainerImage, new OptimizeContainerImage(), new() { WhatIf = true });
        Assert.Equal(["localhost/b:1", "localhost/c:1"], told.Images);
        Assert.Equal(3, host.Images().Count);
        var first = host.Invoke(Methods.OptimizeContainerImage, new OptimizeContainerImage { FreeBytes = 1 });
        Assert.Equal(["localhost/b:1"], first.Images);
        Assert.InRange(first.FreedBytes, 1 << 20, told.FreedBytes - (1 << 20));
        Assert.Equal(["localhost/c:1"], host.Invoke(Methods.OptimizeContainerImage, new OptimizeContainerImage()).Images);
        Assert.Equal(["localhost/a:1"], host.Images().Select(static image => image.Name));
        Assert.Single(host.Stored().Layers);
    }

    [Theory]
    [InlineData(ContainerImageFormat.Oci, "starter.tar.gz")]
    [InlineData(ContainerImageFormat.Docker, "starter.tar")]
    public async Task One_that_is_a_folder_is_exported_as_one_layer_and_is_as_it_was(ContainerImageFormat format, string file)
    {
        await using var host = await TestHost.StartAsync();
        var archive = host.Export("starter", file, format);
        Assert.Equal((0, 0), (host.Stored().Layers.Count, host.Stored().Blobs.Count));
        var taken = host.Import(archive);
        var folder = host.Invoke(Methods.GetContainerImage, new GetContainerImage { Names = ["starter"] }).Items.Single();
        Assert.Equal(("localhost/starter:latest", folder.Architecture), (taken.Name, taken.Architecture));
        Assert.Equal(folder.Command, taken.Command);
        Assert.Equal(folder.Environment, taken.Environment);
        Assert.Equal(ImageBench.DigestOf(ImageBench.StarterRoot), ImageBench.DigestOf(host.LayerRoot()));
        Assert.Equal(["works"], host.Log(host.RunToEnd(new NewContainer { Image = "localhost/starter:latest", Command = ["echo", "works"] })));
    }

    [Theory]
    [InlineData("x.zip", "'.zip'")]
    [InlineData("x.tar.xz", "'.xz'")]
    public async Task A_form_that_is_not_written_is_refused_and_those_that_are_are_named(string file, string end)
    {
        await using var host = await TestHost.StartAsync();
        var path = Path.Combine(host.Files, file);
        var error = Assert.Throws<VirtException>(() => host.Export("starter", file, ContainerImageFormat.Oci));
        Assert.Equal(
            ("ArchiveFormUnknown", $"Cannot export container image 'starter': '{path}' ends in {end}, which is no form that is written; .tar, .tar.gz, .tgz, .tar.zst and .tzst are, and the name of a folder has no such end."),
            (error.Id, error.Message));
        var container = host.Invoke(Methods.NewContainer, ContainerHost.Script("true", "c"));
        Assert.Equal("ArchiveFormUnknown", host.Refused(Methods.ExportContainer, new ExportContainer { Id = container.Id, Path = path }).Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Files));
    }
}
