using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images;
using Virt.Agent.Registries;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Registries;

/// <summary>How blobs are sent: not at all where they are there, mounted, in one request, or in parts that go on where they broke off.</summary>
public sealed class RegistryUploadTests : IAsyncDisposable
{
    private readonly FakeRegistry registry = new();
    private readonly RegistryHttp http;
    private readonly List<byte> received = [];

    public RegistryUploadTests()
    {
        var options = new RegistryOptions { Silence = TimeSpan.FromSeconds(5), FirstWait = TimeSpan.FromMilliseconds(1) };
        options.PlainHttp.Add(registry.Host);
        http = new RegistryHttp(options, TimeProvider.System);
        registry.Answer = Upload;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await registry.DisposeAsync();
    }

    [Fact]
    public async Task What_is_there_is_known_to_be_there()
    {
        var digest = registry.AddBlob([1]);
        Assert.True(await Client().HasBlobAsync(digest, Cancellation));
        Assert.False(await Client().HasBlobAsync("sha256:" + new string('0', 64), Cancellation));
    }

    [Fact]
    public async Task A_small_blob_goes_in_one_request()
    {
        var (source, _) = Source(1000);
        Assert.False(await Client().PutBlobAsync(source, null, Cancellation));
        Assert.Equal(1000, registry.Blobs[source.Digest].Length);
        Assert.Equal(["POST", "PUT"], registry.Requests.Select(static request => request.Method));
        Assert.Contains("state=s1&digest=sha256%3A", registry.Requests.Last().Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_blob_goes_on_where_it_broke_off()
    {
        var (source, sent) = Source(3 << 20);
        var parts = 0;
        registry.Answer = request =>
        {
            if (request.Method == "PATCH" && ++parts == 1)
            {
                received.AddRange(request.Body.Take(1 << 20));
                return FakeAnswer.Nothing;
            }

            return Upload(request);
        };
        Assert.False(await Client().PutBlobAsync(source, null, Cancellation));
        Assert.Equal(source.Digest, FakeRegistry.DigestOf(registry.Blobs[source.Digest]));
        Assert.Equal(["0-3145727", "1048576-3145727"], registry.Asked("PATCH", "").Select(static request => request["Content-Range"]));
        Assert.Equal(3 << 20, sent[^1]);
    }

    [Fact]
    public async Task A_blob_of_another_repository_is_mounted_and_sent_where_the_registry_does_not_want_that()
    {
        var (source, _) = Source(10);
        registry.Answer = request => request.Query.StartsWith("mount=", StringComparison.Ordinal) ? new FakeAnswer(201, "", ("Location", "/v2/x")) : Upload(request);
        Assert.True(await Client().PutBlobAsync(source, "other/one", Cancellation));
        Assert.Equal($"mount={Uri.EscapeDataString(source.Digest)}&from=other%2Fone", Assert.Single(registry.Requests).Query);
        registry.Answer = Upload;
        Assert.False(await Client().PutBlobAsync(source, "other/one", Cancellation));
        Assert.True(registry.Blobs.ContainsKey(source.Digest));
    }

    [Fact]
    public async Task A_registry_that_refuses_says_why()
    {
        registry.Answer = _ => FakeAnswer.Error(400, "SIZE_INVALID", "no room");
        var error = await Assert.ThrowsAsync<VirtException>(() => Client().PutBlobAsync(Source(10).Source, null, Cancellation));
        Assert.Equal("RegistryFailed", error.Id);
        Assert.EndsWith("answered 400 BadRequest (\"no room\").", error.Message, StringComparison.Ordinal);
        registry.Answer = _ => new FakeAnswer(202, "", ("Location", "http://localhost:1/x"));
        error = await Assert.ThrowsAsync<VirtException>(() => Client().PutBlobAsync(Source(10).Source, null, Cancellation));
        Assert.Contains("wants blobs sent to 'http://localhost:1', which is not asked with TLS", error.Message, StringComparison.Ordinal);
    }

    private static (UploadSource Source, List<long> Sent) Source(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        var sent = new List<long>();
        return (new UploadSource(FakeRegistry.DigestOf(bytes), size, () => new MemoryStream(bytes), sent.Add), sent);
    }

    private RegistryClient Client()
    {
        var reference = ImageReference.Parse($"{registry.Host}/a/b:1");
        return new RegistryClient(http, RegistryAddress.Of(reference, http.Options).Single(), new RegistryTask("publish", reference, null));
    }

    // As the distribution project's registry does it.
    private FakeAnswer? Upload(FakeRequest request)
    {
        var place = ("Location", "/v2/a/b/blobs/uploads/u1?state=s1");
        switch (request.Method)
        {
            case "POST":
                received.Clear();
                return new FakeAnswer(202, "", place);
            case "PATCH":
                received.AddRange(request.Body);
                return new FakeAnswer(202, "", place);
            case "GET" when request.Path.Contains("/uploads/", StringComparison.Ordinal):
                return new FakeAnswer(204, "", place, ("Range", $"0-{received.Count - 1}"));
            case "PUT" when request.Path.Contains("/uploads/", StringComparison.Ordinal):
                received.AddRange(request.Body);
                var digest = registry.AddBlob([.. received]);
                return Uri.UnescapeDataString(request.Query).EndsWith("digest=" + digest, StringComparison.Ordinal) ? new FakeAnswer(201, "") : FakeAnswer.Error(400, "DIGEST_INVALID", "no");
            default:
                return null;
        }
    }
}
