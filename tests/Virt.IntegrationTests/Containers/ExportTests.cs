using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Images;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Containers in archives: what is exported on one host is the same on another, or nothing.</summary>
public sealed class ExportTests
{
    private const string Make = """
        test -d /d && exec sleep 1000
        mkdir /d; cd /d; echo text >file; chown 7:8 file; chmod 4751 file; touch -d '2001-02-03 04:05:06' file; ln file hard; ln -s /no/where link; mkfifo pipe
        mkdir -m 1777 folder; dd if=/dev/urandom of=big bs=1k count=300 2>/dev/null; rm -f /etc/os-release; echo 0123 >/etc/machine-id; exec sleep 1000
        """;

    private const string Look = "cd /d; stat -c '%n %a %u:%g %s %Y %F' * | sort; readlink link; cat hard; md5sum big; ls /etc/issue /bin/vi 2>&1 | tail -1; test -e /etc/os-release; echo $?";

    public static TheoryData<string> Exporting => ["container.export.written", "container.export.frozen", "container.export.packed", "container.export.filled"];

    public static TheoryData<string> Importing => ["container.import.written", "image.blobs.stored", "image.recorded", "container.import.image", "container.import.filled"];

    [Theory]
    [InlineData("web.tar")]
    [InlineData("web.tar.zst")]
    [InlineData("web")]
    public async Task On_another_host_it_runs_as_on_the_first(string file)
    {
        await using var host = await TestHost.StartAsync();
        var source = host.Run(ContainerHost.Script(Make, "web") with
        {
            MemoryBytes = 64 << 20,
            Labels = new() { ["k"] = "v" },
            Environment = new() { ["E"] = "1" },
            Init = true,
            RestartPolicy = RestartPolicy.UnlessStopped,
            Tmpfs = ["/t"],
        });
        await Poll.UntilAsync(() => host.Exec(source, "cat /etc/machine-id").Output == "0123\n", "its files");
        var before = host.Exec(source, Look).Output;
        var path = host.ExportTo("web", file);
        Assert.Equal((ContainerState.Running, source.ProcessId), (host.Get(source).State, host.Get(source).ProcessId));
        Assert.Empty(host.Images());
        Assert.Empty(host.Stored().Blobs);
        Assert.Equal(new[] { file }, Directory.EnumerateFileSystemEntries(host.Files).Select(Path.GetFileName));

        await using var other = await TestHost.StartAsync();
        var made = other.Invoke(Methods.ImportContainer, new ImportContainer { Path = path });
        Assert.Equal((ContainerState.Created, "web", "web", ""), (made.State, made.Name, made.HostName, made.Status));
        Assert.NotEqual(source.Id, made.Id);
        Assert.Equal((source.MemoryLimitBytes, true, RestartPolicy.UnlessStopped, "v", "1", source.Tmpfs.Single()), (made.MemoryLimitBytes, made.Init, made.RestartPolicy, made.Labels["k"], made.Environment["E"], made.Tmpfs.Single()));
        Assert.Equal(source.Command, made.Command);
        other.Invoke(Methods.StartContainer, new StartContainer { Id = made.Id });
        Assert.Equal(before, other.Exec(made, Look).Output);
        Assert.Equal("0\n", other.Exec(made, "cat /etc/machine-id | wc -c").Output); // another machine's

        // And once more, from there back.
        var again = host.Invoke(Methods.ImportContainer, new ImportContainer { Path = other.ExportTo("web", "again.tar"), Name = "web2" });
        host.Invoke(Methods.StartContainer, new StartContainer { Id = again.Id });
        Assert.Equal(before, host.Exec(again, Look).Output);
        Assert.Equal("web2\n", host.Exec(again, "cat /etc/hostname").Output);
        Assert.Equal("text\n", host.Exec(source, "cat /d/file").Output);
    }

    [Fact]
    public async Task Its_patches_stay_layers_of_the_same_digests()
    {
        await using var host = await TestHost.StartAsync();
        var source = host.Run(ContainerHost.Script("echo data >>/mine; exec sleep 1000", "a") with { StopTimeout = TimeSpan.FromMilliseconds(50) });
        await Poll.UntilAsync(() => host.Exec(source, "cat /mine 2>/dev/null || true").Output == "data\n", "its file");
        await host.DriveAsync(["build", $"{source.Id}", "echo two >/srv/version; rm /etc/os-release"], ["replace", $"{source.Id}", "last"]);
        await Poll.UntilAsync(() => host.Exec(source, "cat /mine 2>/dev/null || true").Output == "data\n", "its second run's file");
        var path = host.ExportTo("a", "a.tar");
        var layer = Assert.Single(host.Get(source).Layers);

        await using var other = await TestHost.StartAsync();
        var made = other.Invoke(Methods.ImportContainer, new ImportContainer { Path = path });
        Assert.Equal(layer, Assert.Single(made.Layers));
        Assert.Equal("localhost/starter:latest", Assert.Single(other.Images()).Name);
        other.Invoke(Methods.StartContainer, new StartContainer { Id = made.Id });
        await Poll.UntilAsync(() => other.Exec(made, "cat /srv/version /mine; ls /etc/os-release 2>/dev/null").Output == "two\ndata\ndata\n", "its next run's line");
        other.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = made.Id, Force = true });
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(other.StateFolder, "layers")));
    }

    [Fact]
    public async Task Its_image_comes_once_and_keeps_its_digest_and_its_name()
    {
        await using var host = await TestHost.StartAsync();
        var image = host.New("tools:1", ImageBench.StarterRoot);
        host.RunToEnd(ContainerHost.Script("echo data >/mine", "a") with { Image = "tools:1" });
        var path = host.ExportTo("a", "a.tar");
        host.Invoke(Methods.ImportContainer, new ImportContainer { Path = path, Name = "b" });
        Assert.Equal(image.Digest, Assert.Single(host.Images()).Digest);

        await using var other = await TestHost.StartAsync();
        other.New("tools:1", host.MakeSmallTree());
        var named = other.Images().Single().Digest;
        other.Invoke(Methods.ImportContainer, new ImportContainer { Path = path });
        Assert.Equal([named], other.Images().Where(static one => one.Name == "localhost/tools:1").Select(static one => one.Digest)); // its name is another's here
        other.Remove("tools:1");
        var made = other.Invoke(Methods.ImportContainer, new ImportContainer { Path = path, Name = "b" });
        Assert.Equal((image.Digest, "b"), (Assert.Single(other.Images()).Digest, made.Name));
        Assert.Equal(image.Layers.Length, other.Stored().Layers.Count);
        foreach (var name in new[] { "a", "b" })
        {
            other.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = name });
        }

        other.Remove(image.Digest);
        Assert.Empty(other.Stored().Blobs.Concat(other.Stored().Layers));
        await using var third = await TestHost.StartAsync();
        third.Invoke(Methods.ImportContainer, new ImportContainer { Path = path });
        Assert.Equal((image.Digest, "localhost/tools:1"), third.Images().Select(static one => (one.Digest, one.Name)).Single());
    }

    [Fact]
    public async Task One_that_was_never_started_and_one_that_is_suspended_are_exported_too()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewContainer, ContainerHost.Script("echo first >/f; exec sleep 1000", "a"));
        var path = host.ExportTo("a", "a.tar");
        var source = host.Invoke(Methods.StartContainer, new StartContainer { Name = "a" });
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Name = "a" });
        host.ExportTo("a", "b.tar");
        Assert.Equal(ContainerState.Paused, host.Get(source).State);
        var made = host.Invoke(Methods.ImportContainer, new ImportContainer { Path = path, Name = "b" });
        host.Invoke(Methods.StartContainer, new StartContainer { Id = made.Id });
        await Poll.UntilAsync(() => host.Exec(made, "cat /f 2>/dev/null || true").Output == "first\n", "its file");
    }

    [Fact]
    public async Task Skopeo_reads_the_whole_as_an_image()
    {
        await using var host = await TestHost.StartAsync();
        host.RunToEnd(ContainerHost.Script("echo written >/note; rm /etc/os-release", "a") with { User = "0:0", Labels = new() { ["k"] = "v" } });
        var path = host.ExportTo("a", "a.tar");
        await host.RunAsync("skopeo", "copy", "--quiet", "oci-archive:" + path, "docker-archive:" + Path.Combine(host.Files, "b.tar") + ":whole:1");
        Assert.Equal("whole:1", host.Import(Path.Combine(host.Files, "b.tar")).Name.Replace("docker.io/library/", "", StringComparison.Ordinal));
        Assert.Equal("localhost/a:latest", host.Import(path).Name);
        var run = host.Run(ContainerHost.Script("cat /note; test -e /etc/os-release; echo $?; exec sleep 1000", "b") with { Image = "localhost/a:latest" });
        await Poll.UntilAsync(() => host.Log(run).Count == 2, "its words");
        Assert.Equal(["written", "1"], host.Log(run));
        Assert.Equal("v", run.Labels["k"]);
    }

    [Fact]
    public async Task What_the_host_has_not_is_named_and_nothing_is_left()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data" });
        host.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "lan", Subnets = ["10.20.0.0/24"] });
        host.Invoke(Methods.NewContainer, ContainerHost.Script("exec sleep 1000", "web") with { Network = "lan", Publish = ["8080:80"], AllowFrom = ["127.0.0.0/8"], Volumes = ["data:/data:ro"] });
        var path = host.ExportTo("web", "web.tar");
        Assert.Equal(ErrorCode.AlreadyExists, Refused(host, path).Code);

        await using var other = await TestHost.StartAsync();
        var noVolume = Refused(other, path);
        Assert.Equal(ErrorCode.NotFound, noVolume.Code);
        Assert.Contains("data", noVolume.Message, StringComparison.Ordinal);
        other.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data" });
        var noNetwork = Refused(other, path);
        Assert.Equal(ErrorCode.NotFound, noNetwork.Code);
        Assert.Contains("lan", noNetwork.Message, StringComparison.Ordinal);
        AssertNothing(other);
        var alone = other.Invoke(Methods.ImportContainer, new ImportContainer { Path = path, Network = "none", Volumes = ["/tmp:/t"] });
        Assert.Equal(("none", 0, "/tmp:/t"), (alone.Network, alone.Ports.Length, alone.Volumes.Single()));
        Assert.Equal("Of the host it gets what the archive says: it sees '/tmp' of the host.", alone.Status);
        other.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "lan", Subnets = ["10.30.0.0/24"] });
        var made = other.Invoke(Methods.ImportContainer, new ImportContainer { Path = path, Name = "web2", IPAddresses = ["10.30.0.9"] });
        Assert.Equal(("10.30.0.9", "8080:80", "127.0.0.0/8", "data:/data:ro", "web2"), (made.IPAddresses.Single(), made.Ports.Single(), made.AllowFrom.Single(), made.Volumes.Single(), made.HostName));
    }

    [Fact]
    public async Task What_is_wrong_with_an_archive_is_said_and_nothing_is_left()
    {
        await using var host = await TestHost.StartAsync();
        host.RunToEnd(ContainerHost.Script("echo x >/f", "a"));
        var path = host.ExportTo("a", "a.tar");
        var folder = host.ExportTo("a", "f");
        host.New("tools:1", host.MakeSmallTree());
        var foreign = host.Export("tools:1", "foreign.tar", ContainerImageFormat.Oci);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "a" });
        host.Remove("tools:1");

        Assert.Equal("NotAContainerArchive", Refused(host, foreign).Id);
        Assert.Equal("ArchiveNotFound", Refused(host, path + "x").Id);
        Assert.Equal("InvalidPath", Refused(host, "a.tar").Id);
        var bytes = File.ReadAllBytes(path);
        foreach (var length in new[] { 100, bytes.Length / 2, bytes.Length - 2048 })
        {
            var torn = Path.Combine(host.Files, "torn.tar");
            File.WriteAllBytes(torn, bytes[..length]);
            Assert.Equal("ContainerArchiveDamaged", Refused(host, torn).Id);
        }

        var blob = new DirectoryInfo(Path.Combine(folder, "blobs", "sha256")).EnumerateFiles().MaxBy(static file => file.Length)!;
        using (var file = blob.OpenWrite())
        {
            file.Position = blob.Length / 2;
            file.WriteByte(0x55);
            file.WriteByte(0xAA);
        }

        Assert.Contains("has the digest", Refused(host, folder).Message, StringComparison.Ordinal);
        var json = Path.Combine(folder, "virt-container.json");
        var document = JsonNode.Parse(File.ReadAllText(json))!;
        document["spec"]!["privileged"] = true;
        File.WriteAllText(json, document.ToJsonString());
        Assert.Contains("is not the one that", Refused(host, folder).Message, StringComparison.Ordinal);
        document["formatVersion"] = 2;
        File.WriteAllText(json, document.ToJsonString());
        Assert.Equal("ContainerArchiveTooNew", Refused(host, folder).Id);
        AssertNothing(host);
        Assert.Equal("ArchiveExists", Assert.Throws<VirtException>(() => Existing(host)).Id);
    }

    [Fact]
    public async Task What_does_not_fit_on_the_disk_leaves_nothing()
    {
        await using var host = await TestHost.StartAsync();
        host.RunToEnd(ContainerHost.Script("dd if=/dev/urandom of=/big bs=1M count=24 2>/dev/null", "a"));
        var path = host.ExportTo("a", "a.tar");
        var small = Path.Combine(host.Folder, "small");
        Directory.CreateDirectory(small);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small);
        Assert.Equal(ErrorCode.ResourceExhausted, host.Refused(Methods.ExportContainer, new ExportContainer { Name = "a", Path = Path.Combine(small, "a.tar") }).Code);
        Assert.Equal("0\n", await host.RunAsync("sh", "-c", $"ls -A {small} | wc -l"));

        await using var other = await TestHost.MakeAsync();
        Directory.CreateDirectory(other.StateFolder);
        await other.RunAsync("mount", "-t", "tmpfs", "-o", "size=28m", "tmpfs", other.StateFolder);
        await other.StartAgentAsync();
        var error = other.Refused(Methods.ImportContainer, new ImportContainer { Path = path });
        Assert.Equal(ErrorCode.ResourceExhausted, error.Code);
        Assert.Empty(other.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.Equal("0\n", await other.RunAsync("sh", "-c", $"find {other.StateFolder}/images/blobs {other.StateFolder}/containers -type f | wc -l"));
        await other.StopAgentAsync();
        await other.RunAsync("umount", other.StateFolder);
    }

    [Theory]
    [MemberData(nameof(Exporting))]
    public async Task Wherever_an_export_fails_there_is_no_archive_and_it_runs_on(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=fail";
        await host.StartAgentAsync();
        var source = host.Run(ContainerHost.Script("exec sleep 1000", "a"));
        Assert.Equal("FaultInjected", host.Refused(Methods.ExportContainer, new ExportContainer { Name = "a", Path = Path.Combine(host.Files, "a.tar") }).Id);
        AssertRuns(host, source);
    }

    [Theory]
    [MemberData(nameof(Exporting))]
    public async Task Wherever_the_agent_is_killed_while_it_exports_there_is_no_archive_and_the_container_runs_on(string point)
    {
        await using var host = await KilledAtAsync(point);
        AssertRuns(host, host.Invoke(Methods.GetContainer, new GetContainer()).Items.Single());
        Assert.NotEmpty(host.ExportTo("a", "b.tar"));
    }

    [Fact]
    public async Task Killed_once_the_archive_has_its_name_it_is_whole()
    {
        await using var host = await KilledAtAsync("container.export.named");
        Assert.Equal(["a.tar"], Directory.EnumerateFileSystemEntries(host.Files).Select(Path.GetFileName));
        Assert.Equal(ContainerState.Created, host.Invoke(Methods.ImportContainer, new ImportContainer { Path = Path.Combine(host.Files, "a.tar"), Name = "b" }).State);
    }

    [Theory]
    [MemberData(nameof(Importing))]
    public async Task Wherever_an_import_fails_nothing_of_it_is_left(string point)
    {
        var (host, path) = await WithArchiveAsync(point, "fail");
        await using var ending = host;
        Assert.Equal("FaultInjected", Refused(host, path).Id);
        AssertNothing(host);
    }

    [Theory]
    [MemberData(nameof(Importing))]
    public async Task Wherever_the_agent_is_killed_while_it_imports_the_next_takes_it_away(string point)
    {
        var (host, path) = await WithArchiveAsync(point, "kill");
        await using var ending = host;
        Assert.Throws<VirtException>(() => host.Invoke(Methods.ImportContainer, new ImportContainer { Path = path }));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        AssertNothing(host);
        var made = host.Invoke(Methods.ImportContainer, new ImportContainer { Path = path });
        Assert.Equal("x\n", host.Exec(host.Invoke(Methods.StartContainer, new StartContainer { Id = made.Id }), "cat /f").Output);
    }

    [Fact]
    public async Task Killed_once_it_is_imported_it_is_there()
    {
        var (host, path) = await WithArchiveAsync("container.import.made", "kill");
        await using var ending = host;
        Assert.Throws<VirtException>(() => host.Invoke(Methods.ImportContainer, new ImportContainer { Path = path }));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        Assert.Equal("x\n", host.Exec(host.Invoke(Methods.StartContainer, new StartContainer { Name = "a" }), "cat /f").Output);
    }

    private static async Task<(TestHost Host, string Path)> WithArchiveAsync(string point, string what)
    {
        var host = await TestHost.StartAsync();
        try
        {
            var source = host.Run(ContainerHost.Script("echo x >/f; exec sleep 1000", "a"));
            await Poll.UntilAsync(() => host.Exec(source, "cat /f 2>/dev/null || true").Output == "x\n", "its file");
            var path = host.ExportTo("a", "a.tar");
            host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "a", Force = true });
            await host.StopAgentAsync();
            host.Faults = $"{point}={what}";
            await host.StartAgentAsync();
            return (host, path);
        }
        catch
        {
            host.Faults = "";
            await host.DisposeAsync();
            throw;
        }
    }

    private static Task<TestHost> KilledAtAsync(string point) => KilledHost.AtAsync(
        point,
        static host => host.ExportTo("a", "a.tar"),
        first: static host =>
        {
            host.Run(ContainerHost.Script("exec sleep 1000", "a"));
            return Task.CompletedTask;
        });

    private static VirtException Refused(TestHost host, string path) => host.Refused(Methods.ImportContainer, new ImportContainer { Path = path });

    private static void Existing(TestHost host)
    {
        host.Invoke(Methods.NewContainer, ContainerHost.Script("true", "e"));
        host.ExportTo("e", "a.tar");
    }

    private static void AssertRuns(TestHost host, Container source)
    {
        var one = Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.Equal((source.Id, ContainerState.Running), (one.Id, one.State));
        Assert.Equal("runs\n", host.Exec(one, "echo runs").Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Files));
        Assert.Empty(host.Stored().Blobs);
    }

    private static void AssertNothing(TestHost host)
    {
        Assert.Empty(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.Empty(host.Images());
        Assert.Empty(host.Stored().Blobs.Concat(host.Stored().Layers));
        var containers = Path.Combine(host.StateFolder, "containers");
        Assert.Empty(Directory.Exists(containers) ? Directory.EnumerateFileSystemEntries(containers) : []);
    }
}

file static class ExportHost
{
    public static string ExportTo(this TestHost host, string name, string file)
    {
        var path = Path.Combine(host.Files, file);
        host.Invoke(Methods.ExportContainer, new ExportContainer { Name = name, Path = path });
        return path;
    }

    public static string MakeSmallTree(this TestHost host)
    {
        var path = Path.Combine(host.Files, "small-tree");
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "f"), "x");
        return path;
    }
}
