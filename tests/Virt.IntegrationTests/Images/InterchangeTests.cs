using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Images;

/// <summary>What we write is read by skopeo, umoci, podman and buildah, and the other way round, with every bit of every file.</summary>
public sealed class InterchangeTests
{
    [Theory]
    [InlineData("oci.tar", ContainerImageFormat.Oci)]
    [InlineData("oci.tar.gz", ContainerImageFormat.Oci)]
    [InlineData("oci", ContainerImageFormat.Oci)]
    [InlineData("docker.tar", ContainerImageFormat.Docker)]
    [InlineData("docker.tgz", ContainerImageFormat.Docker)]
    [InlineData("docker", ContainerImageFormat.Docker)]
    public async Task What_is_exported_is_imported_as_it_was(string file, ContainerImageFormat format)
    {
        await using var host = await TestHost.StartAsync();
        var tree = ImageBench.MakeTree(host);
        var made = host.New("tools:1", tree, static request => request.Labels["team"] = "a");
        var path = host.Export("tools:1", file, format);
        host.Remove("tools:1");
        Assert.Empty(host.Stored().Layers.Concat(host.Stored().Blobs));

        var image = host.Import(path, "again:2");
        Assert.Equal(("localhost/again:2", "a", made.Layers[0]), (image.Name, image.Labels["team"], image.Layers[0]));
        Assert.Equal(ImageBench.DigestOf(tree), ImageBench.DigestOf(host.LayerRoot()));
    }

    [Fact]
    public async Task Skopeo_reads_both_forms_and_what_it_writes_is_imported()
    {
        await using var host = await TestHost.StartAsync();
        var tree = ImageBench.MakeTree(host);
        host.New("tools:1", tree);
        var oci = host.Export("tools:1", "oci.tar", ContainerImageFormat.Oci);
        var docker = host.Export("tools:1", "docker.tar", ContainerImageFormat.Docker);
        string[] targets = ["docker-archive:" + Path.Combine(host.Files, "a.tar") + ":x/y:1", "oci:" + Path.Combine(host.Files, "b") + ":1", "oci-archive:" + Path.Combine(host.Files, "c.tar") + ":1"];
        foreach (var target in targets)
        {
            await host.RunAsync("skopeo", "copy", "--quiet", "oci-archive:" + oci, target);
        }

        await host.RunAsync("skopeo", "copy", "--quiet", "--dest-compress-format", "zstd", "--dest-compress", "docker-archive:" + docker, "oci:" + Path.Combine(host.Files, "z") + ":1");
        host.Remove("tools:1");
        foreach (var (file, name) in new[] { ("a.tar", "x/y:1"), ("b", "localhost/b:1"), ("c.tar", "localhost/c:1"), ("z", "localhost/z:1") })
        {
            Assert.Equal(name, host.Import(Path.Combine(host.Files, file)).Name);
            Assert.Equal(ImageBench.DigestOf(tree), ImageBench.DigestOf(host.LayerRoot()));
            host.Remove(name);
        }
    }

    [Fact]
    public async Task Umoci_unpacks_what_is_exported()
    {
        await using var host = await TestHost.StartAsync();
        var tree = ImageBench.MakeTree(host);
        host.New("tools:1", tree);
        var oci = host.Export("tools:1", "oci", ContainerImageFormat.Oci);
        var bundle = Path.Combine(host.Files, "bundle");
        await host.RunAsync("umoci", "unpack", "--image", oci + ":1", bundle);
        Assert.Equal(ImageBench.DigestOf(tree), ImageBench.DigestOf(Path.Combine(bundle, "rootfs")));
    }

    [Fact]
    public async Task Podman_loads_what_is_exported_and_what_it_saves_is_imported()
    {
        await using var host = await TestHost.StartAsync();
        var tree = ImageBench.MakeTree(host);
        host.New("tools:1", tree);
        string[] podman = ["podman", "--root", Path.Combine(host.Files, "root"), "--runroot", Path.Combine(host.Files, "run-podman"), "--storage-driver", "vfs", "--events-backend", "none"];
        foreach (var (format, file) in new[] { (ContainerImageFormat.Oci, "oci.tar"), (ContainerImageFormat.Docker, "docker.tar") })
        {
            await host.RunAsync([.. podman, "load", "--quiet", "--input", host.Export("tools:1", file, format)]);
        }

        var saved = Path.Combine(host.Files, "saved.tar");
        await host.RunAsync([.. podman, "save", "--quiet", "--format", "docker-archive", "--output", saved, "localhost/tools:1"]);
        host.Remove("tools:1");
        Assert.Equal("localhost/tools:1", host.Import(saved).Name);
        Assert.Equal(ImageBench.DigestOf(tree), ImageBench.DigestOf(host.LayerRoot()));
    }

    [Fact]
    public async Task A_Containerfile_is_built_by_buildah_and_a_container_of_it_runs()
    {
        await using var host = await TestHost.StartAsync();
        var context = Path.Combine(host.Files, "context");
        Directory.CreateDirectory(context);
        await host.RunAsync("cp", "--archive", ImageBench.StarterRoot, Path.Combine(context, "rootfs"));
        await File.WriteAllTextAsync(Path.Combine(context, "Containerfile"), "FROM scratch\nCOPY rootfs /\nRUN echo built > /built\nENTRYPOINT [\"cat\"]\nCMD [\"/built\"]\n");
        var image = host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "built:1", Context = context });
        Assert.Equal(["cat", "/built"], image.Entrypoint.Concat(image.Command));
        Assert.Equal(["built"], Containers.ContainerHost.Log(host, Containers.ContainerHost.RunToEnd(host, new NewContainer { Image = "built:1" })));
    }
}
