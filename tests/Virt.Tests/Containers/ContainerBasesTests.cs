using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers;
using Virt.Agent.Images;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Agent.State;
using Virt.Linux.Files;
using Virt.Linux.Processes;
using Virt.Protocol;
using Virt.Tests.Images.Tar;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class ContainerBasesTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-bases-").FullName;
    private readonly StateStore state;
    private readonly ImageStore store;
    private readonly ContainerBases bases;

    public ContainerBasesTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may give the files of a layer to others");
        state = new StateStore(Path.Combine(folder, "virt.db"));
        store = new ImageStore(folder, state.Images, UnpackLimit.Default, "boot", TimeProvider.System);
        bases = new ContainerBases(new ImageCatalog([folder]), store);
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        state.Dispose();
        FileTree.Delete(folder);
    }

    [Fact]
    public async Task A_container_takes_what_its_images_config_says()
    {
        await CommitAsync("app:1", new OciRunConfig
        {
            Entrypoint = ["/entry"],
            Cmd = ["a", "b"],
            Env = ["A=1", "B=x=y", "broken", "A=2"],
            User = "app:web",
            WorkingDir = "srv",
            Labels = new Dictionary<string, string> { ["l"] = "image" },
            StopSignal = "SIGQUIT",
            Healthcheck = new OciHealthcheck { Test = ["CMD-SHELL", "curl localhost"], IntervalNanoseconds = 5_000_000_000 },
        });
        var spec = Spec(new NewContainer());
        Assert.Equal(["/entry", "a", "b"], spec.Command);
        Assert.Equal([("A", "2"), ("B", "x=y")], spec.Environment.Select(static pair => (pair.Key, pair.Value)));
        Assert.Equal(("app:web", "/srv", 3, "image"), (spec.User, spec.WorkingDirectory, spec.StopSignal, spec.Labels["l"]));
        Assert.Equal(["/bin/sh", "-c", "curl localhost"], spec.Health!.Command);
        Assert.Equal((TimeSpan.FromSeconds(5), 3), (spec.Health.Interval, spec.Health.Retries));
        Assert.Equal("", spec.Rootfs);
        Assert.Single(spec.ImageLayers);
    }

    [Theory]
    [InlineData(new string[0], new[] { "c" }, new[] { "/entry", "c" })]
    [InlineData(new[] { "/own" }, new string[0], new[] { "/own" })]
    [InlineData(new[] { "/own" }, new[] { "c" }, new[] { "/own", "c" })]
    public async Task What_the_user_names_goes_before_as_with_docker(string[] entrypoint, string[] command, string[] result)
    {
        await CommitAsync("app:1", new OciRunConfig { Entrypoint = ["/entry"], Cmd = ["a"] });
        Assert.Equal(result, Spec(new NewContainer { Entrypoint = entrypoint, Command = command }).Command);
    }

    [Fact]
    public async Task What_the_user_says_counts()
    {
        await CommitAsync("app:1", new OciRunConfig { Cmd = ["a"], User = "app", WorkingDir = "/w", StopSignal = "SIGQUIT", Env = ["A=1"], Healthcheck = new OciHealthcheck { Test = ["NONE"] } });
        var spec = Spec(new NewContainer { User = "0", WorkingDirectory = "/", StopSignal = "SIGINT", Environment = new() { ["A"] = "2" } });
        Assert.Equal(("0", "/", 2, "2"), (spec.User, spec.WorkingDirectory, spec.StopSignal, spec.Environment["A"]));
        Assert.Null(spec.Health);
        await CommitAsync("odd:1", new OciRunConfig { Cmd = ["a"], StopSignal = "SIGWHAT" });
        Assert.Equal(Signals.Terminate, Spec(new NewContainer(), "odd:1").StopSignal);
    }

    [Fact]
    public async Task An_image_for_another_machine_is_refused()
    {
        await CommitAsync("app:1", new OciRunConfig { Cmd = ["a"] }, "s390x");
        var e = Assert.Throws<VirtException>(() => bases.Find("app:1", "Cannot create container 'c'"));
        Assert.Equal((ErrorCode.NotSupported, "ImagePlatformMismatch", "app:1"), (e.Code, e.Id, e.Target));
    }

    [Fact]
    public async Task What_an_image_hides_of_the_layers_below_is_not_among_the_lower_ones()
    {
        var image = await CommitAsync("app:1", new OciRunConfig { Cmd = ["a"] }, null, new TarBuilder().File("f", "1").Bytes(), new TarBuilder().File(".wh..wh..opq", "").Bytes(), new TarBuilder().File("g", "2").Bytes());
        Assert.Equal([image.Spec.Layers[2].Unpacked!, image.Spec.Layers[1].Unpacked!], store.LowersOf(image));
    }

    [Fact]
    public void An_image_that_is_not_here_can_be_saved()
    {
        var e = Assert.Throws<VirtException>(() => bases.Find("debian:12", "Cannot create container 'c'"));
        Assert.Equal(("ContainerImageNotFound", "Save-ContainerImage debian:12"), (e.Id, e.RecommendedAction));
    }

    [Fact]
    public async Task One_that_is_misspelt_is_not_to_be_saved()
    {
        await CommitAsync("debian:12", new OciRunConfig { Cmd = ["a"] }, null, new TarBuilder().File("f", "1").Bytes());
        var e = Assert.Throws<VirtException>(() => bases.Find("debain:12", "Cannot create container 'c'"));
        Assert.EndsWith("did you mean 'debian:12'?", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Save-", e.RecommendedAction, StringComparison.Ordinal);
    }

    private ContainerSpec Spec(NewContainer request, string image = "app:1")
    {
        var source = bases.Find(image, "Cannot create container 'c'");
        using var hold = source.Hold;
        return NewContainerCheck.ToSpec("c", request, source);
    }

    private async Task<OciImage> CommitAsync(string name, OciRunConfig config, string? architecture = null, params byte[][] archives)
    {
        archives = archives.Length > 0 ? archives : [new TarBuilder().File("f", "x").Bytes()];
        await using var arrival = store.Begin(name);
        foreach (var archive in archives)
        {
            await arrival.AddAsync(archive, default);
        }

        var bytes = OciDocument.Write(new OciImageConfig { Architecture = architecture ?? OciPlatform.Host.Architecture, Os = "linux", Config = config, RootFs = new OciRootFs { DiffIds = [.. archives.Select(static a => Digest.Of(a))] } });
        var manifest = await arrival.AddAsync(OciDocument.Write(new OciManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.Manifest,
            Config = new OciDescriptor { MediaType = MediaTypes.Config, Digest = await arrival.AddAsync(bytes, default), Size = bytes.Length },
            Layers = [.. archives.Select(static a => new OciDescriptor { MediaType = MediaTypes.Layer, Digest = Digest.Of(a), Size = a.Length })],
        }), default);
        return await arrival.CommitAsync(ImageReference.Parse(name), manifest, manifest, new Call(NoSink.Instance, "root", whatIf: false, TestContext.Current.CancellationToken));
    }
}
