using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images;
using Virt.Agent.Registries;
using Virt.Protocol;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Registries;

/// <summary>What becomes of a registry's good and bad answers.</summary>
public sealed class RegistryClientTests : IAsyncDisposable
{
    private const string Oci = "application/vnd.oci.image.manifest.v1+json";

    private readonly FakeRegistry registry = new();
    private readonly byte[] blob = RandomNumberGenerator.GetBytes(300_000);
    private readonly RegistryHttp http;

    public RegistryClientTests()
    {
        http = Http(registry);
        registry.AddManifest("a/b", "1", Oci, "{}"u8.ToArray());
        registry.AddBlob(blob);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await registry.DisposeAsync();
    }

    [Fact]
    public async Task A_manifest_comes_with_the_digest_of_its_bytes()
    {
        var manifest = await Client().GetManifestAsync("1", Cancellation);
        Assert.Equal((FakeRegistry.DigestOf("{}"u8.ToArray()), Oci), (manifest.Digest, manifest.MediaType));
        Assert.Equal(manifest.Digest, await Client().GetDigestAsync("1", Cancellation));
        var request = Assert.Single(registry.Asked("GET", "/v2/a/b/manifests/1"));
        Assert.Contains("application/vnd.docker.distribution.manifest.list.v2+json", request["Accept"], StringComparison.Ordinal);
        Assert.Single(registry.Asked("HEAD", "/v2/a/b/manifests/1"));
    }

    [Fact]
    public async Task A_manifest_with_another_digest_than_was_asked_for_is_refused()
    {
        var wanted = "sha256:" + new string('0', 64);
        registry.Answer = _ => new FakeAnswer(200, "{}", ("Content-Type", Oci));
        var error = await RefusedAsync(Client().GetManifestAsync(wanted, Cancellation), "DigestMismatch", ErrorCode.DataLoss);
        Assert.Contains($"'{wanted}' is required", error.Message, StringComparison.Ordinal);
        registry.Answer = _ => new FakeAnswer(200, "{}", ("Content-Type", Oci), ("Docker-Content-Digest", wanted));
        await RefusedAsync(Client().GetManifestAsync("1", Cancellation), "DigestMismatch", ErrorCode.DataLoss);
    }

    [Fact]
    public async Task A_manifest_that_is_too_large_is_not_read()
    {
        registry.Answer = _ => new FakeAnswer(200, "{", ("Content-Type", Oci)) { Length = 5 << 20, CutAfter = 1 };
        await RefusedAsync(Client().GetManifestAsync("1", Cancellation), "ImageTooLarge", ErrorCode.ResourceExhausted);
    }

    [Theory]
    [InlineData("one", "registry '{0}' has no 'a/b:one'; it has the tag '1'.", "Save-ContainerImage {0}/a/b:1")]
    [InlineData("l2.3", "registry '{0}' has no 'a/b:l2.3'; did you mean '{0}/a/b:1.2.3'?", "Save-ContainerImage {0}/a/b:1.2.3")]
    public async Task A_missing_tag_is_told_with_those_that_there_are(string tag, string message, string action)
    {
        if (tag != "one")
        {
            registry.AddManifest("a/b", "1.2.3", Oci, "{}"u8.ToArray());
        }

        var error = await RefusedAsync(Client(tag: tag).GetManifestAsync(tag, Cancellation), "ImageNotFound", ErrorCode.NotFound);
        Assert.Equal($"Cannot save image '{registry.Host}/a/b:{tag}': " + string.Format(System.Globalization.CultureInfo.InvariantCulture, message, registry.Host), error.Message);
        Assert.Equal(string.Format(System.Globalization.CultureInfo.InvariantCulture, action, registry.Host), error.RecommendedAction);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task What_fails_for_a_moment_is_asked_again(int status)
    {
        registry.First(3, static _ => true, status == 0 ? FakeAnswer.Nothing : new FakeAnswer(status, "busy", ("Retry-After", "0")));
        Assert.Equal(Oci, (await Client().GetManifestAsync("1", Cancellation)).MediaType);
        Assert.Equal(4, registry.Requests.Count);
    }

    [Theory]
    [InlineData(429, "RegistryTooBusy", "has been asked too often (\"slow down\").")]
    [InlineData(500, "RegistryFailed", "answered 500 InternalServerError (\"slow down\").")]
    [InlineData(0, "RegistryUnreachable", "broke the connection (")]
    public async Task What_goes_on_failing_is_told_after_five_attempts(int status, string id, string message)
    {
        registry.Answer = _ => status == 0 ? FakeAnswer.Nothing : FakeAnswer.Error(status, "X", "slow\\u0007 down");
        var error = await RefusedAsync(Client().GetManifestAsync("1", Cancellation), id, ErrorCode.Unavailable);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);

        // .NET itself tries another connection a few times where one was closed without a word.
        Assert.InRange(registry.Requests.Count, 5, status == 0 ? 20 : 5);
    }

    [Fact]
    public async Task A_registry_that_wants_to_be_left_alone_for_long_is_left_alone()
    {
        registry.Answer = _ => FakeAnswer.Error(429, "TOOMANYREQUESTS", "pull rate limit", ("Retry-After", "3600"));
        var error = await RefusedAsync(Client().GetManifestAsync("1", Cancellation), "RegistryTooBusy", ErrorCode.Unavailable);
        Assert.Contains("wants to be left alone for 3600 s (\"pull rate limit\")", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("-Credential (Get-Credential)", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(registry.Requests);
    }

    [Fact]
    public async Task A_registry_that_answers_nothing_is_unreachable()
    {
        registry.Answer = _ => FakeAnswer.Nothing with { Stalls = true };
        var error = await RefusedAsync(Client().GetManifestAsync("1", Cancellation), "RegistryUnreachable", ErrorCode.Unavailable);
        Assert.Contains("does not answer", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, registry.Requests.Count);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_unreachable()
    {
        var host = registry.Host;
        await registry.DisposeAsync();
        var error = await RefusedAsync(Client(host).GetManifestAsync("1", Cancellation), "RegistryUnreachable", ErrorCode.Unavailable);
        Assert.Contains($"registry '{host}' cannot be reached", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_permission_no_registry_is_spoken_with_without_TLS()
    {
        using var strict = new RegistryHttp(new RegistryOptions { Attempts = 1 }, TimeProvider.System);
        var error = await RefusedAsync(Client(on: strict).GetManifestAsync("1", Cancellation), "RegistryUnreachable", ErrorCode.Unavailable);
        Assert.EndsWith("does not speak TLS.", error.Message, StringComparison.Ordinal);
        Assert.Contains($"--registry-plain-http {registry.Host}", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(registry.Requests);
    }

    [Fact]
    public async Task A_blob_that_breaks_off_is_gone_on_with_where_it_broke()
    {
        registry.First(1, static request => request.Path.Contains("/blobs/", StringComparison.Ordinal), new FakeAnswer(200, blob) { CutAfter = 100_000 });
        registry.Answer = Once(registry.Answer, request => request["Range"] == "bytes=100000-" ? new FakeAnswer(206, blob[100_000..], ("Content-Range", "bytes 100000-299999/300000")) { CutAfter = 50_000 } : null);
        Assert.Equal(blob, await ReadAsync(0));
        Assert.Equal([null, "bytes=100000-", "bytes=150000-"], registry.Asked("GET", "/blobs/").Select(static request => request["Range"]));
    }

    [Fact]
    public async Task A_blob_that_is_half_there_is_read_from_there_on()
    {
        Assert.Equal(blob[200_000..], await ReadAsync(200_000));
        Assert.Equal("bytes=200000-", Assert.Single(registry.Requests)["Range"]);
    }

    [Fact]
    public async Task A_registry_without_ranges_gives_all_and_what_is_known_is_skipped()
    {
        registry.Answer = _ => new FakeAnswer(200, blob);
        Assert.Equal(blob[200_000..], await ReadAsync(200_000));
    }

    [Fact]
    public async Task A_blob_that_stalls_is_gone_on_with_over_a_new_connection()
    {
        registry.First(1, static _ => true, new FakeAnswer(200, blob) { CutAfter = 10, Stalls = true });
        Assert.Equal(blob, await ReadAsync(0));
        Assert.Equal("bytes=10-", registry.Requests.Last()["Range"]);
    }

    [Fact]
    public async Task A_blob_that_never_goes_on_is_given_up()
    {
        registry.Answer = request => request["Range"] is null ? new FakeAnswer(200, blob) { CutAfter = 10 } : new FakeAnswer(206, blob[10..], ("Content-Range", "bytes 10-299999/300000")) { CutAfter = 0 };
        var error = await RefusedAsync(ReadAsync(0), "RegistryUnreachable", ErrorCode.Unavailable);
        Assert.Contains("broke the connection", error.Message, StringComparison.Ordinal);
        Assert.Equal(6, registry.Requests.Count);
    }

    [Fact]
    public async Task More_than_the_manifest_says_is_not_taken()
    {
        registry.Answer = _ => new FakeAnswer(200, [.. blob, 1]);
        var taken = 0;
        await RefusedAsync(Client().ReadBlobAsync(FakeRegistry.DigestOf(blob), blob.Length, 0, (bytes, _) => Count(bytes, ref taken), Cancellation), "ImageTooLarge", ErrorCode.ResourceExhausted);
        Assert.InRange(taken, 0, blob.Length);
    }

    [Fact]
    public async Task What_the_disk_refuses_is_told_and_not_asked_again()
    {
        await Assert.ThrowsAsync<IOException>(() => Client().ReadBlobAsync(FakeRegistry.DigestOf(blob), blob.Length, 0, static (_, _) => throw new IOException("No space left on device"), Cancellation));
        Assert.Single(registry.Requests);
    }

    [Fact]
    public async Task A_redirect_is_followed_and_the_other_host_does_not_learn_the_password()
    {
        await using var storage = new FakeRegistry();
        storage.AddBlob(blob);
        using var both = Http(registry, storage);
        registry.Answer = request => request["Authorization"] is null
            ? new FakeAnswer(401, "", ("WWW-Authenticate", "Basic realm=\"x\""))
            : new FakeAnswer(307, "", ("Location", $"{storage.Url}/data/blobs/{FakeRegistry.DigestOf(blob)}?sig=1"));
        Assert.Equal(blob, await ReadAsync(0, Client(on: both, credential: new RegistryCredential { UserName = "ann", Password = "secret" })));
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:secret")), registry.Requests.Last()["Authorization"]);
        Assert.Null(Assert.Single(storage.Requests)["Authorization"]);
    }

    [Fact]
    public async Task A_redirect_to_where_no_TLS_is_and_one_without_end_are_refused()
    {
        registry.Answer = _ => new FakeAnswer(307, "", ("Location", "http://localhost:1/x"));
        var error = await RefusedAsync(ReadAsync(0), "RegistryFailed", ErrorCode.Unavailable);
        Assert.Contains("redirects to 'http://localhost:1', which is not asked with TLS", error.Message, StringComparison.Ordinal);
        registry.Answer = _ => new FakeAnswer(307, "", ("Location", "/x"));
        Assert.Contains("redirects without end", (await RefusedAsync(ReadAsync(0), "RegistryFailed", ErrorCode.Unavailable)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_a_wait_at_once()
    {
        var asked = new TaskCompletionSource();
        registry.Answer = _ =>
        {
            asked.TrySetResult();
            return FakeAnswer.Error(429, "X", "later", ("Retry-After", "50"));
        };
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asking = Client().GetManifestAsync("1", cancel.Token);
        await Deadline.Await(asked.Task, "the first request");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Single(registry.Requests);
    }

    private static RegistryHttp Http(params FakeRegistry[] plain)
    {
        var options = new RegistryOptions { Silence = TimeSpan.FromMilliseconds(500), FirstWait = TimeSpan.FromMilliseconds(1) };
        options.PlainHttp.UnionWith(plain.Select(static one => one.Host));
        return new RegistryHttp(options, TimeProvider.System);
    }

    private static ValueTask Count(ReadOnlyMemory<byte> bytes, ref int taken)
    {
        taken += bytes.Length;
        return default;
    }

    private static Func<FakeRequest, FakeAnswer?> Once(Func<FakeRequest, FakeAnswer?> other, Func<FakeRequest, FakeAnswer?> first) => request => first(request) ?? other(request);

    private static async Task<VirtException> RefusedAsync(Task work, string id, ErrorCode code)
    {
        var error = await Assert.ThrowsAsync<VirtException>(() => work);
        Assert.Equal((id, code), (error.Id, error.Code));
        return error;
    }

    private RegistryClient Client(string? host = null, RegistryHttp? on = null, string tag = "1", RegistryCredential? credential = null)
    {
        var reference = ImageReference.Parse($"{host ?? registry.Host}/a/b:{tag}");
        return new RegistryClient(on ?? http, RegistryAddress.Of(reference, (on ?? http).Options).Single(), new RegistryTask("save", reference, credential));
    }

    private async Task<byte[]> ReadAsync(long from, RegistryClient? client = null)
    {
        using var read = new MemoryStream();
        await (client ?? Client()).ReadBlobAsync(
            FakeRegistry.DigestOf(blob),
            blob.Length,
            from,
            (bytes, _) =>
            {
                read.Write(bytes.Span);
                return default;
            },
            Cancellation);
        return read.ToArray();
    }
}
