using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Agent.State;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Images.Store;

public sealed class ImageStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-images-").FullName;
    private readonly StateStore state;
    private ImageStore store;

    public ImageStoreTests()
    {
        state = new StateStore(Path.Combine(folder, "virt.db"));
        store = Open();
    }

    public void Dispose()
    {
        state.Dispose();
        Directory.Delete(folder, recursive: true);
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
    public async Task An_image_whose_blobs_are_not_all_there_is_not_committed()
    {
        using var arrival = store.Begin();
        var manifest = await ManifestAsync(arrival, "one");
        File.Delete(store.Blobs.PathOf(Digest.Of("one"u8)));
        var e = await Assert.ThrowsAsync<VirtException>(() => arrival.CommitAsync(ImageReference.Parse("debian"), manifest, manifest, Plain()));
        Assert.Equal((ErrorCode.DataLoss, "ImageIncomplete", "debian:latest"), (e.Code, e.Id, e.Target));
        Assert.Empty(store.All());
    }

    [Fact]
    public async Task A_chart_is_refused_as_no_image_of_containers()
    {
        using var arrival = store.Begin();
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
        using (var arrival = store.Begin())
        {
            var manifest = await ManifestAsync(arrival, "one");
            store.Blobs.Sweep(none);
            Assert.True(arrival.Has(manifest));
        }

        Assert.NotEqual(0, store.Blobs.Sweep(none));
    }

    private static Call Plain() => new(NoSink.Instance, "root", whatIf: false, TestContext.Current.CancellationToken);

    private ImageStore Open() => new(folder, state.Images, TimeProvider.System);

    private async Task<OciImage> CommitAsync(string name, string content)
    {
        using var arrival = store.Begin();
        var manifest = await ManifestAsync(arrival, content);
        return await arrival.CommitAsync(ImageReference.Parse(name), manifest, manifest, Plain());
    }

    private static async Task<Digest> ManifestAsync(ImageArrival arrival, string content)
    {
        var layer = await arrival.AddAsync(Encoding.UTF8.GetBytes(content), default);
        var configBytes = OciDocument.Write(new OciImageConfig { Architecture = "amd64", Os = "linux", RootFs = new OciRootFs { DiffIds = [layer] } });
        var config = await arrival.AddAsync(configBytes, default);
        return await arrival.AddAsync(OciDocument.Write(new OciManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.Manifest,
            Config = new OciDescriptor { MediaType = MediaTypes.Config, Digest = config, Size = configBytes.Length },
            Layers = [new OciDescriptor { MediaType = MediaTypes.Layer, Digest = layer, Size = content.Length }],
        }), default);
    }
}
