using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Images;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>The root of a container as one archive, as docker export writes it.</summary>
public sealed class FlatExportTests
{
    private const string Below = "mkdir -p /d/gone /d/kept /d/file; echo a >/d/gone/a; echo b >/d/kept/b; echo c >/d/kept/c; echo l >/d/l1; ln /d/l1 /d/l2; echo x >/d/file/x; chown -R 5:6 /d/kept";

    private const string Above = """
        test -e /d/new && exec sleep 1000
        cd /d; rm -rf gone file; mkdir gone; echo new >gone/n; echo file >file; rm kept/b; chmod 700 kept; echo h >h1; ln h1 h2; ln -s /no/where link; mkfifo pipe; chown 7:8 h1; chmod 4751 h1
        touch -d '2001-02-03 04:05:06' file; rm /etc/issue; echo done >new; exec sleep 1000
        """;

    private const string Look = "cd /d; find . | sort | while read n; do stat -c '%n %a %u:%g %F' $n; done; stat -c '%n %h %s' h1 h2 l1 l2 kept/c; cat gone/n file l1 l2 h2 kept/c; readlink link; stat -c %Y file; ls /etc | grep -c issue";

    private static readonly string[] Points = ["container.export.written", "container.export.frozen", "container.export.packed", "container.export.filled"];

    public static TheoryData<string> Killed => [.. Points];

    [Theory]
    [InlineData(ContainerUserNamespace.Private)]
    [InlineData(ContainerUserNamespace.Host)]
    public async Task It_is_what_its_processes_see_and_others_read_it(ContainerUserNamespace users)
    {
        await using var host = await TestHost.StartAsync();
        host.New("base:1", ImageBench.StarterRoot);
        host.RunToEnd(ContainerHost.Script(Below, "below") with { Image = "base:1", UserNamespace = users });
        host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "below:1", Container = "below" });
        var container = host.Run(ContainerHost.Script(Above, "web") with { Image = "below:1", UserNamespace = users });
        await Poll.UntilAsync(() => host.Exec(container, "cat /d/new 2>/dev/null || true").Output == "done\n", "its files");
        var seen = host.Exec(container, Look).Output;
        Assert.Contains("./h2 4751 7:8 regular file", seen, StringComparison.Ordinal);

        var path = host.ExportFlat("web", "web.tar");
        Assert.Equal((ContainerState.Running, container.ProcessId), (host.Get(container).State, host.Get(container).ProcessId));
        var names = (await host.RunAsync("tar", "--list", "--numeric-owner", "--verbose", "--file", path)).Split('\n');
        Assert.DoesNotContain(names, static line => line.Contains(".wh.", StringComparison.Ordinal) || line.EndsWith(" etc/issue", StringComparison.Ordinal));
        Assert.Contains(names, static line => line.Contains(" 7/8 ", StringComparison.Ordinal) && line.EndsWith(" d/h1", StringComparison.Ordinal));
        Assert.Contains(names, static line => line.EndsWith(" d/h2 link to d/h1", StringComparison.Ordinal));

        // We ourselves, and podman, make an image of it.
        host.New("flat:1", path, static request => request.Command = ["/bin/sh"]);
        Assert.Equal(seen, SeenIn(host, "flat:1"));
        string[] podman = ["podman", "--root", Path.Combine(host.Files, "root"), "--runroot", Path.Combine(host.Files, "run-podman"), "--storage-driver", "vfs", "--events-backend", "none"];
        await host.RunAsync([.. podman, "import", "--quiet", path, "localhost/podman:1"]);
        var saved = Path.Combine(host.Files, "saved.tar");
        await host.RunAsync([.. podman, "save", "--quiet", "--format", "oci-archive", "--output", saved, "localhost/podman:1"]);
        Assert.Equal("localhost/podman:1", host.Import(saved, "podman:1").Name);
        Assert.Equal(seen, SeenIn(host, "podman:1"));
    }

    [Fact]
    public async Task Attributes_links_devices_and_names_of_any_bytes_are_in_it()
    {
        await using var host = await TestHost.StartAsync();
        var tree = ImageBench.MakeTree(host);
        host.New("tools:1", tree);
        host.Invoke(Methods.NewContainer, new NewContainer { Name = "a", Image = "tools:1", Command = ["/x"] });
        host.Remove("tools:1", force: true);
        var path = host.ExportFlat("a", "a.tar.zst"); // its image is gone, its layers are not
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "a" });
        host.Invoke(Methods.OptimizeContainerImage, new OptimizeContainerImage());
        Assert.Empty(host.Stored().Layers);
        host.New("flat:1", path);
        Assert.Equal(ImageBench.DigestOf(tree), ImageBench.DigestOf(host.LayerRoot()));
        Directory.CreateDirectory(Path.Combine(host.Files, "out"));
        await host.RunAsync("tar", "--extract", "--zstd", "--numeric-owner", "--preserve-permissions", "--xattrs", "--xattrs-include=*", "--file", path, "--directory", Path.Combine(host.Files, "out"));
        Assert.Equal(ImageBench.DigestOf(tree), ImageBench.DigestOf(Path.Combine(host.Files, "out")));
    }

    [Fact]
    public async Task A_place_that_is_no_archive_or_taken_is_refused_and_a_folder_of_files_and_one_that_stands_still_are_taken()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("echo x >/f; exec sleep 1000", "a"));
        await Poll.UntilAsync(() => host.Exec(container, "cat /f 2>/dev/null || true").Output == "x\n", "its file");
        Assert.Equal("InvalidPath", host.Refused(Methods.ExportContainer, new ExportContainer { Name = "a", Path = Path.Combine(host.Files, "a"), Flat = true }).Id);
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Name = "a" });
        var path = host.ExportFlat("a", "a.tar.gz");
        Assert.Equal(ContainerState.Paused, host.Get(container).State);
        Assert.Equal("ArchiveExists", host.Refused(Methods.ExportContainer, new ExportContainer { Name = "a", Path = path, Flat = true }).Id);
        var names = (await host.RunAsync("tar", "--list", "--gzip", "--file", path)).Split('\n');
        Assert.Contains("f", names);
        Assert.Contains("bin/sh", names);
        Assert.Equal(["a.tar.gz"], Directory.EnumerateFileSystemEntries(host.Files).Select(Path.GetFileName));
    }

    [Theory]
    [MemberData(nameof(Killed))]
    public async Task Wherever_the_agent_is_killed_there_is_no_archive_and_the_container_runs_on(string point)
    {
        await using var host = await KilledHost.AtAsync(
            point,
            static host => host.ExportFlat("a", "a.tar"),
            first: static host =>
            {
                host.Run(ContainerHost.Script("exec sleep 1000", "a"));
                return Task.CompletedTask;
            });
        var one = Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.Equal((ContainerState.Running, "runs\n"), (one.State, host.Exec(one, "echo runs").Output));
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Files));
    }

    private static string SeenIn(TestHost host, string image)
    {
        var container = host.Run(new NewContainer { Image = image, Command = ["sleep", "1000"], StopTimeout = TimeSpan.FromMilliseconds(50) });
        return host.Exec(container, Look).Output;
    }
}

file static class FlatHost
{
    public static string ExportFlat(this TestHost host, string name, string file)
    {
        var path = Path.Combine(host.Files, file);
        host.Invoke(Methods.ExportContainer, new ExportContainer { Name = name, Path = path, Flat = true });
        return path;
    }
}
