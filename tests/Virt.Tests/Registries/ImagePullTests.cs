using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Agent.Registries;
using Virt.Agent.State;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.Tests.Registries;

/// <summary>How an image comes into the store from a registry that is good, bad, or a mirror.</summary>
public sealed class ImagePullTests : IAsyncDisposable, ICallSink
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-pull-").FullName;
    private readonly FakeRegistry registry = new();
    private readonly RegistryOptions options = new() { Silence = TimeSpan.FromSeconds(5), FirstWait = TimeSpan.FromMilliseconds(1) };
    private readonly ConcurrentQueue<ProgressInfo> progress = new();
    private readonly StateStore state;
    private readonly ImageStore store;
    private readonly TestImage image;
    private RegistryHttp? http;

    public ImagePullTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may give the files of a layer to others");
        state = new StateStore(Path.Combine(folder, "virt.db"));
        store = new ImageStore(Path.Combine(folder, "oci"), state.Images, UnpackLimit.Default, "boot", TimeProvider.System);
        options.PlainHttp.Add(registry.Host);
        image = new TestImage(Own, 400_000, 10, 200_000).PutTo(registry, "a/b", "1");
    }

    private static string Own => RuntimeInformation.OSArchitecture == Architecture.X64 ? "amd64" : "arm64";

    private static string Other => Own == "amd64" ? "arm64" : "amd64";

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        await registry.DisposeAsync();
        await store.DisposeAsync();
        state.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_image_comes_whole_with_its_progress_and_is_not_fetched_twice()
    {
        var saved = await PullAsync();
        Assert.Equal(FakeRegistry.DigestOf(image.Manifest), saved!.Id.ToString());
        Assert.Equal(saved.Id, store.Find($"{registry.Host}/a/b:1")!.Id);
        Assert.All(image.Layers, layer => Assert.Equal(layer, File.ReadAllBytes(store.Blobs.PathOf(Digest.Of(layer)))));
        Assert.Equal(4, registry.Asked("GET", "/blobs/").Count);
        var fetched = progress.Last(static info => info.Activity.StartsWith("Saving", StringComparison.Ordinal));
        Assert.Equal((100, $"Saving image '{registry.Host}/a/b:1'", "4 of 4 parts"), (fetched.PercentComplete, fetched.Activity, fetched.Status));
        Assert.Contains(progress, info => info.Status.Contains($"{Digest.Of(image.Layers[0]).Short} ", StringComparison.Ordinal));

        // Another name of the same image costs a question.
        registry.AddManifest("a/b", "2", "application/vnd.oci.image.manifest.v1+json", image.Manifest);
        registry.Requests.Clear();
        await PullAsync(tag: "2");
        Assert.Equal("/v2/a/b/manifests/2", Assert.Single(registry.Requests).Target);
    }

    [Fact]
    public async Task Of_an_index_comes_the_image_for_the_platform_and_the_index_is_what_the_name_stands_for()
    {
        var foreign = new TestImage(Other, 20);
        TestImage.PutTo(registry, "a/b", "all", foreign, image);
        var saved = await PullAsync(tag: "all");
        Assert.Equal(FakeRegistry.DigestOf(image.Manifest), saved!.Id.ToString());
        Assert.Equal(FakeRegistry.DigestOf(TestImage.Index(foreign, image)), Assert.Single(saved.Names).Root);
        Assert.Empty(registry.Asked("GET", FakeRegistry.DigestOf(foreign.Layers[0])));
        Assert.Equal(FakeRegistry.DigestOf(foreign.Manifest), (await PullAsync(tag: "all", platform: "linux/" + Other))!.Id.ToString());
        var error = await RefusedAsync(PullAsync(tag: "all", platform: "linux/s390x"), "PlatformMissing");
        Assert.Equal($"Cannot save image '{registry.Host}/a/b:all': it is for linux/{Other}, linux/{Own}; linux/s390x is required.", error.Message);
        Assert.Equal($"Save-ContainerImage {registry.Host}/a/b:all -Platform linux/{Other}", error.RecommendedAction);
        await RefusedAsync(PullAsync(platform: "linux/s390x"), "PlatformMissing");
        await RefusedAsync(PullAsync(platform: "amiga"), "InvalidPlatform");
    }

    [Fact]
    public async Task What_was_half_fetched_is_gone_on_with()
    {
        var digest = FakeRegistry.DigestOf(image.Layers[0]);
        registry.Answer = request => request.Path.EndsWith(digest, StringComparison.Ordinal)
            ? request["Range"] is null ? new FakeAnswer(200, image.Layers[0]) { CutAfter = 100_000 } : FakeAnswer.Nothing
            : null;
        await RefusedAsync(PullAsync(), "RegistryUnreachable");
        Assert.Null(store.Find($"{registry.Host}/a/b:1"));
        registry.Answer = static _ => null;
        registry.Requests.Clear();
        Assert.NotNull(await PullAsync());
        Assert.Equal("bytes=100000-", registry.Asked("GET", digest).Single()["Range"]);
    }

    [Fact]
    public async Task A_layer_with_another_digest_is_not_taken_and_leaves_nothing()
    {
        var digest = FakeRegistry.DigestOf(image.Layers[2]);
        registry.Answer = request => request.Path.EndsWith(digest, StringComparison.Ordinal) ? new FakeAnswer(200, new byte[image.Layers[2].Length]) : null;
        var error = await RefusedAsync(PullAsync(), "DigestMismatch");
        Assert.Equal(ErrorCode.DataLoss, error.Code);
        Assert.False(store.Blobs.Has(Digest.Parse(digest)));
        Assert.Null(store.Find($"{registry.Host}/a/b:1"));
    }

    [Fact]
    public async Task What_an_earlier_attempt_left_wrong_is_fetched_anew()
    {
        var part = new OciDescriptor { Digest = Digest.Of(image.Layers[0]), Size = image.Layers[0].Length };
        await using (var writer = await store.Blobs.BeginWriteAsync(part, CancellationToken.None))
        {
            await writer!.WriteAsync(new byte[1000], CancellationToken.None);
        }

        Assert.NotNull(await PullAsync());
        Assert.Equal(["bytes=1000-", null], registry.Asked("GET", part.Digest.ToString()).Select(static request => request["Range"]));
    }

    [Fact]
    public async Task A_mirror_is_asked_first_and_never_with_the_credentials_of_the_registry()
    {
        await using var mirror = Mirror();
        image.PutTo(mirror, "a/b", "1");
        Assert.NotNull(await PullAsync(credential: new RegistryCredential { UserName = "ann", Password = "secret" }));
        Assert.Empty(registry.Requests);
        Assert.All(mirror.Requests, static request => Assert.Null(request["Authorization"]));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("empty")]
    [InlineData("denying")]
    [InlineData("lying")]
    public async Task A_mirror_that_cannot_is_passed_over(string how)
    {
        await using var mirror = Mirror();
        image.PutTo(mirror, "a/b", "1");
        mirror.Answer = request => how switch
        {
            "gone" => FakeAnswer.Nothing,
            "empty" => FakeAnswer.Error(404, "NAME_UNKNOWN", "no"),
            "denying" => new FakeAnswer(401, "", ("WWW-Authenticate", "Basic realm=\"m\"")),
            _ => request.Path.Contains("/blobs/", StringComparison.Ordinal) ? new FakeAnswer(200, new byte[10]) : null,
        };
        Assert.NotNull(await PullAsync());
        Assert.NotEmpty(mirror.Requests);
        Assert.NotEmpty(registry.Requests);
    }

    [Fact]
    public async Task What_is_no_image_is_refused_before_its_layers_come()
    {
        var chart = """{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":2},"layers":[]}"""u8.ToArray();
        registry.AddManifest("a/b", "chart", "application/vnd.oci.image.manifest.v1+json", chart);
        Assert.Contains("artifact of the kind 'application/vnd.cncf.helm.config.v1+json'", (await RefusedAsync(PullAsync(tag: "chart"), "NotAContainerImage")).Message, StringComparison.Ordinal);
        registry.AddManifest("a/b", "old", "application/vnd.docker.distribution.manifest.v1+prettyjws", "{}"u8.ToArray());
        await RefusedAsync(PullAsync(tag: "old"), "ManifestNotSupported");
        Assert.Empty(registry.Asked("GET", "/blobs/"));
    }

    [Fact]
    public async Task A_WhatIf_asks_and_stores_nothing()
    {
        Assert.Null(await PullAsync(whatIf: true));
        Assert.Empty(registry.Asked("GET", "/blobs/"));
        Assert.False(Directory.Exists(Path.Combine(folder, "oci")));
        Assert.Equal("ImageNotFound", (await RefusedAsync(PullAsync(tag: "none", whatIf: true), "ImageNotFound")).Id);
    }

    [Fact]
    public async Task Layers_come_several_at_once_and_the_first_failure_ends_the_others()
    {
        var many = new TestImage(Own, [.. Enumerable.Repeat(5000, 4)]).PutTo(registry, "a/b", "many");
        using var all = new CountdownEvent(4);
        registry.Answer = request =>
        {
            if (request.Path.Contains("/blobs/", StringComparison.Ordinal) && many.Layers.Any(layer => request.Path.EndsWith(FakeRegistry.DigestOf(layer), StringComparison.Ordinal)))
            {
                // Answered only once all four were asked for: one after the other they would wait for ever.
                all.Signal();
                Assert.True(all.Wait(TimeSpan.FromSeconds(30)));
            }

            return null;
        };
        Assert.NotNull(await PullAsync(tag: "many"));
    }

    void ICallSink.WorksOn(string target)
    {
    }

    void ICallSink.Report(ProgressInfo info) => progress.Enqueue(info);

    ValueTask ICallSink.WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellation) => default;

    ValueTask ICallSink.SendItemAsync<T>(Format<T> format, T item, CancellationToken cancellation) => default;

    ValueTask<ReadOnlyMemory<byte>> ICallSink.ReadInputAsync(CancellationToken cancellation) => default;

    private static async Task<VirtException> RefusedAsync(Task work, string id)
    {
        var error = await Assert.ThrowsAsync<VirtException>(() => work);
        Assert.Equal(id, error.Id);
        return error;
    }

    private FakeRegistry Mirror()
    {
        var mirror = new FakeRegistry();
        options.Mirrors.Add(new RegistryMirror(registry.Host, mirror.Host));
        options.PlainHttp.Add(mirror.Host);
        return mirror;
    }

    private Task<OciImage?> PullAsync(string tag = "1", string platform = "", RegistryCredential? credential = null, bool whatIf = false)
    {
        http ??= new RegistryHttp(options, TimeProvider.System);
        var call = new Call(this, "tester", whatIf, TestContext.Current.CancellationToken);
        return Task.Run(() => new ImagePull(http, store, new RegistryTask("save", ImageReference.Parse($"{registry.Host}/a/b:{tag}"), credential), platform, call).RunAsync());
    }
}
