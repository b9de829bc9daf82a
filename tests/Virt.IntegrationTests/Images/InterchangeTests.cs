using System;
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
    [InlineData("oci.tar.zst", ContainerImageFormat.Oci)]
    [InlineData("oci", ContainerImageFormat.Oci)]
    [InlineData("docker.tar", ContainerImageFormat.Docker)]
    [InlineData("docker.tgz", ContainerImageFormat.Docker)]
    [InlineData("docker.tzst", ContainerImageFormat.Docker)]
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

    [Theory]
    [InlineData(ContainerImageCompression.Zstd, "tar+zstd")]
    [InlineData(ContainerImageCompression.None, "tar")]
    [InlineData(ContainerImageCompression.Gzip, "tar+gzip")]
    public async Task Layers_are_compressed_anew_and_skopeo_reads_them(ContainerImageCompression compression, string kind)
    {
        await using var host = await TestHost.StartAsync();
        var tree = ImageBench.MakeTree(host);
        var digest = host.New("tools:1", tree).Digest;
        if (compression == ContainerImageCompression.Gzip)
        {
            // From zstd, which others wrote, back.
            await host.RunAsync("skopeo", "copy", "--quiet", "--dest-compress-format", "zstd", "--dest-compress", "oci-archive:" + host.Export("tools:1", "first.tar", ContainerImageFormat.Oci), "oci:" + Path.Combine(host.Files, "z") + ":1");
            host.Remove("tools:1");
            digest = host.Import(Path.Combine(host.Files, "z"), "tools:1").Digest;
        }

        var blobs = host.Stored().Blobs.Count;
        var oci = host.Export("tools:1", "oci.tar", ContainerImageFormat.Oci, compression);
        Assert.Equal((blobs, digest), (host.Stored().Blobs.Count, host.Images().Single().Digest)); // nothing of it is kept, and the image is what it was
        var raw = await host.RunAsync("skopeo", "inspect", "--raw", $"oci-archive:{oci}:1");
        Assert.Contains($"application/vnd.oci.image.layer.v1.{kind}\"", raw.Replace("\\u002B", "+", System.StringComparison.Ordinal), System.StringComparison.Ordinal);
        await host.RunAsync("skopeo", "copy", "--quiet", "oci-archive:" + oci, "oci-archive:" + Path.Combine(host.Files, "a.tar") + ":1");

        // Once more it is the same, and as it is already it stays what it is.
        var again = host.Export("tools:1", "again", ContainerImageFormat.Oci, compression);
        Assert.Equal(raw, await host.RunAsync("skopeo", "inspect", "--raw", $"oci:{again}:1"));
        host.Remove("tools:1");
        foreach (var (file, name) in new[] { ("oci.tar", "localhost/tools:1"), ("a.tar", "localhost/a:1") })
        {
            var image = host.Import(Path.Combine(host.Files, file));
            Assert.Equal(name, image.Name);
            Assert.Equal(ImageBench.DigestOf(tree), ImageBench.DigestOf(host.LayerRoot()));
            if (file == "oci.tar")
            {
                Assert.Equal(raw, await host.RunAsync("skopeo", "inspect", "--raw", $"oci:{host.Export(name, "same", ContainerImageFormat.Oci, compression)}:1"));
            }

            host.Remove(name);
        }

        Assert.Empty(host.Stored().Layers.Concat(host.Stored().Blobs));
    }

    [Fact]
    public async Task Podman_loads_archives_and_layers_that_are_compressed_by_zstd()
    {
        await using var host = await TestHost.StartAsync();
        host.New("tools:1", ImageBench.MakeTree(host));
        string[] podman = ["podman", "--root", Path.Combine(host.Files, "root"), "--runroot", Path.Combine(host.Files, "run-podman"), "--storage-driver", "vfs", "--events-backend", "none"];
        foreach (var path in new[]
        {
            host.Export("tools:1", "docker.tar.zst", ContainerImageFormat.Docker),
            host.Export("tools:1", "oci.tar.zst", ContainerImageFormat.Oci),
            host.Export("tools:1", "layers.tar", ContainerImageFormat.Oci, ContainerImageCompression.Zstd),
        })
        {
            Assert.Contains("localhost/tools:1", await host.RunAsync([.. podman, "load", "--quiet", "--input", path]), System.StringComparison.Ordinal);
            await host.RunAsync([.. podman, "rmi", "--all", "--force"]);
        }

        var error = host.Refused(Methods.ExportContainerImage, new ExportContainerImage { Name = "tools:1", Path = Path.Combine(host.Files, "x.tar"), Format = ContainerImageFormat.Docker, Compression = ContainerImageCompression.Zstd });
        Assert.Equal("InvalidCompression", error.Id);
        Assert.False(File.Exists(Path.Combine(host.Files, "x.tar")));
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
        Assert.Equal(["localhost/built:1"], host.Invoke(Methods.GetContainerImage, new GetContainerImage { Names = ["buil*"] }).Items.Select(static one => one.Name));
    }

    [Fact]
    public async Task A_Containerfiles_health_check_is_its_containers_and_what_is_warned_of_is_said()
    {
        await using var host = await TestHost.StartAsync();
        var context = Path.Combine(host.Files, "context");
        Directory.CreateDirectory(context);
        await host.RunAsync("cp", "--archive", ImageBench.StarterRoot, Path.Combine(context, "rootfs"));
        await File.WriteAllTextAsync(Path.Combine(context, "Containerfile"), "FROM scratch\nCOPY rootfs /\nHEALTHCHECK --interval=7s --retries=2 CMD test -e /bin/sh\nCMD [\"sleep\", \"1000\"]\n");
        var image = host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "hc:1", Context = context });
        Assert.Empty(image.Warnings);
        var made = host.Invoke(Methods.NewContainer, new NewContainer { Image = "hc:1", Name = "hc" });
        Assert.Equal((TimeSpan.FromSeconds(7), 2), (made.HealthCheck!.Interval, made.HealthCheck.Retries));
        Assert.Equal(["/bin/sh", "-c", "test -e /bin/sh"], made.HealthCheck.Command);
    }

    [Fact]
    public async Task An_archive_of_one_platform_is_not_taken_for_another()
    {
        await using var host = await TestHost.StartAsync();
        host.New("tools:1", ImageBench.MakeTree(host));
        foreach (var (file, format) in new[] { ("oci.tar", ContainerImageFormat.Oci), ("docker.tar", ContainerImageFormat.Docker) })
        {
            var path = host.Export("tools:1", file, format);
            var error = host.Refused(Methods.ImportContainerImage, new ImportContainerImage { Path = path, Platform = "linux/riscv64" });
            Assert.Equal((ErrorCode.NotSupported, "ImagePlatformMissing"), (error.Code, error.Id));
            var platform = host.Invoke(Methods.GetContainerImage, new GetContainerImage { Names = ["tools:1"] }).Items[0].Platform;
            Assert.EndsWith($"-Platform {platform}", error.RecommendedAction, StringComparison.Ordinal);
            Assert.Single(host.Invoke(Methods.ImportContainerImage, new ImportContainerImage { Path = path, Platform = platform }).Items);
        }
    }
}
