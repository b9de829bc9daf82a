using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Agent.State;
using Virt.Linux.Files;
using Virt.Protocol;
using Virt.Tests.Images.Tar;
using Xunit;

namespace Virt.Tests.Images.Store;

public sealed class ImageStoreTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-images-").FullName;
    private readonly StateStore state;
    private ImageStore store;

    public ImageStoreTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may give the files of a layer to others");
        state = new StateStore(Path.Combine(folder, "virt.db"));
        store = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        state.Dispose();
        FileTree.Delete(folder);
    }

    [Fact]
    public async Task An_image_is_found_by_its_name_and_its_ids_and_by_an_agent_after_this_one()
    {
        var image = await CommitAsync("debian:12", "one");
        store = Open();
        foreach (var text in new[] { "debian:12", "docker.io/library/debian:12", $"debian@{image.Id}", image.Id.ToString(), image.Id.Short, image.Spec.Config.Digest.Short })
        {
            Assert.Equal(image.Id, store.Find(text)?.Id);
        }

        Assert.Equal("one", File.ReadAllText(Path.Combine(store.Layers.RootOf(image.Spec.Layers[0].Unpacked!), "f")));
        Assert.Null(store.Find("debian"));
        Assert.Null(store.Find($"other@{image.Id}"));
        Assert.Equal("debian:12", image.Title);
    }

    [Fact]
    public async Task A_name_goes_over_to_the_newer_image_and_the_older_one_stays_without_it()
    {
        var one = await CommitAsync("debian:12", "one");
        var two = await CommitAsync("debian:12", "two");
        Assert.Equal(two.Id, store.Find("debian:12")!.Id);
        Assert.Empty(store.Find(one.Id.ToString())!.Names);
        Assert.Equal([two.Id, one.Id], store.All().Select(static image => image.Id));
    }

    [Fact]
    public async Task A_name_takes_the_place_of_another_and_is_not_taken_from_an_image_without_leave()
    {
        var one = await CommitAsync("debian:12", "one");
        var two = await CommitAsync("debian:13", "two");
        var naming = new ImageNaming(ImageReference.Parse("debian:13"), one.Id.ToString(), "docker.io/library/debian:12", Moves: false);
        Assert.Equal((ImageNamingResult.Taken, two.Id), (store.Name(one.Id, naming, out var other), other!.Id));
        Assert.Equal(["docker.io/library/debian:12"], store.Find("debian:12")!.Names.Select(static row => row.Name));
        Assert.Equal(ImageNamingResult.Gone, store.Name(one.Id, naming with { Former = "docker.io/library/debian:11", Moves = true }, out _));
        Assert.Equal((ImageNamingResult.Named, one.Id), (store.Name(one.Id, naming with { Moves = true }, out var named), named!.Id));
        store = Open();
        Assert.Equal((null, one.Id), (store.Find("debian:12"), store.Find("debian:13")?.Id));
        Assert.Empty(store.Find(two.Id.ToString())!.Names);
        Assert.Equal(ImageNamingResult.Gone, store.Name(Digest.Of("none"u8.ToArray()), naming, out _));
    }

    [Fact]
    public async Task An_image_whose_blobs_are_not_all_there_is_not_committed()
    {
        await using var arrival = store.Begin("debian:latest");
        var manifest = await ManifestAsync(arrival, "one");
        File.Delete(store.Blobs.PathOf(Digest.Of(Archive("one"))));
        var e = await Assert.ThrowsAsync<VirtException>(() => arrival.CommitAsync(ImageReference.Parse("debian"), manifest, manifest, Plain()));
        Assert.Equal((ErrorCode.DataLoss, "ImageIncomplete", "debian:latest"), (e.Code, e.Id, e.Target));
        Assert.Empty(store.All());
    }

    [Fact]
    public async Task A_chart_is_refused_as_no_image_of_containers()
    {
        await using var arrival = store.Begin("debian:latest");
        var config = await arrival.AddAsync("{}"u8.ToArray(), default);
        var manifest = await arrival.AddAsync(OciDocument.Write(new OciManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.Manifest,
            Config = new OciDescriptor { MediaType = "application/vnd.cncf.helm.config.v1+json", Digest = config, Size = 2 },
        }), default);
        var e = await Assert.ThrowsAsync<VirtException>(() => arrival.CommitAsync(null, manifest, manifest, Plain()));
        Assert.Equal((ErrorCode.NotSupported, "NotAContainerImage"), (e.Code, e.Id));
    }

    [Fact]
    public async Task What_an_arrival_has_asked_for_is_not_swept()
    {
        var none = new System.Collections.Generic.HashSet<Digest>();
        await using (var arrival = store.Begin("x"))
        {
            var manifest = await ManifestAsync(arrival, "one");
            store.Blobs.Sweep(none);
            Assert.True(arrival.Has(manifest));
        }

        Assert.NotEqual(0, store.Blobs.Sweep(none));
    }

    [Fact]
    public async Task A_layer_that_another_boot_may_have_lost_is_made_again_from_its_blob()
    {
        var image = await CommitAsync("debian:12", "one");
        var key = image.Spec.Layers[0].Unpacked!;
        await store.DisposeAsync(); // it is on the disk
        Assert.NotNull(Open("other boot").Layers.Find(key));
        File.Delete(Path.Combine(store.Layers.RootOf(key), "..", "synced"));
        Assert.NotNull(Open().Layers.Find(key));
        store = Open("other boot");
        Assert.Null(store.Layers.Find(key));
        Assert.Equal([key], await store.EnsureUnpackedAsync(image, default));
        Assert.Equal("one", File.ReadAllText(Path.Combine(store.Layers.RootOf(key), "f")));
    }

    [Fact]
    public async Task Layers_that_are_the_same_are_there_once_and_a_folder_without_a_word_of_its_own_looks_as_below()
    {
        await using var arrival = store.Begin("x");
        byte[] below = new TarBuilder().Folder("tmp/", mode: 0x3FF).Bytes(), above = new TarBuilder().File("tmp/f", "x").Bytes();
        var image = await arrival.CommitAsync(null, await ManifestAsync(arrival, below, above, below), await ManifestAsync(arrival, below, above, below), Plain());
        var keys = image.Spec.Layers.Select(static layer => layer.Unpacked!).ToList();
        Assert.Equal(keys[0], keys[2]);
        Assert.Equal(Digest.Chain([Digest.Of(below), Digest.Of(above)]), keys[1]);
        Assert.Equal(0x43FFu, FileTree.Entry(store.Layers.RootOf(keys[1]), "tmp"u8)!.Mode);
        Assert.Equal(2, store.Layers.All().Count);
    }

    [Fact]
    public async Task A_layer_that_cannot_be_unpacked_leaves_nothing_but_its_blob()
    {
        await using (var arrival = store.Begin("bad"))
        {
            var manifest = await ManifestAsync(arrival, new TarBuilder().File("good", "x").Bytes(), new TarBuilder().File("../bad", "x").Bytes());
            Assert.Equal("LayerDamaged", (await Assert.ThrowsAsync<VirtException>(() => arrival.CommitAsync(null, manifest, manifest, Plain()))).Id);
        }

        Assert.Empty(store.All());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "layers")));
    }

    private static Call Plain() => new(NoSink.Instance, "root", whatIf: false, TestContext.Current.CancellationToken);

    private ImageStore Open(string boot = "boot") => new(folder, state.Images, UnpackLimit.Default, boot, TimeProvider.System);

    private async Task<OciImage> CommitAsync(string name, string content)
    {
        await using var arrival = store.Begin("debian:latest");
        var manifest = await ManifestAsync(arrival, content);
        return await arrival.CommitAsync(ImageReference.Parse(name), manifest, manifest, Plain());
    }

    private static byte[] Archive(string content) => new TarBuilder().File("f", content).Bytes();

    private static Task<Digest> ManifestAsync(ImageArrival arrival, string content) => ManifestAsync(arrival, Archive(content));

    private static async Task<Digest> ManifestAsync(ImageArrival arrival, params byte[][] archives)
    {
        foreach (var archive in archives)
        {
            await arrival.AddAsync(archive, default);
        }

        var configBytes = OciDocument.Write(new OciImageConfig { Architecture = "amd64", Os = "linux", RootFs = new OciRootFs { DiffIds = [.. archives.Select(static a => Digest.Of(a))] } });
        var config = await arrival.AddAsync(configBytes, default);
        return await arrival.AddAsync(OciDocument.Write(new OciManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.Manifest,
            Config = new OciDescriptor { MediaType = MediaTypes.Config, Digest = config, Size = configBytes.Length },
            Layers = [.. archives.Select(static a => new OciDescriptor { MediaType = MediaTypes.Layer, Digest = Digest.Of(a), Size = a.Length })],
        }), default);
    }
}
