using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Images;
using Virt.Protocol;
using Virt.Tests.Registries;
using Xunit;

namespace Virt.IntegrationTests.Registries;

/// <summary>A registry that is busy, broken, cut off, lying or silent: an image comes whole, or not at all with the reason, and does not stand in the way of the next attempt.</summary>
public sealed class BadRegistryTests
{
    private const string Name = "127.0.0.1:5000/team/app:1";

    [Fact]
    public async Task A_busy_one_is_waited_for_and_a_layer_that_breaks_off_is_gone_on_with()
    {
        await using var host = await StartAsync();
        await using var registry = Fill(host);
        var layer = LayerOf(registry);
        var (busy, cut) = (2, 2);
        registry.Answer = request =>
            busy-- > 0 ? FakeAnswer.Error(busy == 0 ? 429 : 500, "TOOMANYREQUESTS", "slow down", ("Retry-After", "0"))
            : request.Path.EndsWith(layer, StringComparison.Ordinal) && cut-- > 0 ? Half(registry.Blobs[layer], request["Range"])
            : null;
        Save(host);
        Assert.True(registry.Asked("GET", layer).Count >= 3);
        Assert.NotNull(registry.Asked("GET", layer)[^1]["Range"]);
        Assert.Equal(["works"], host.Log(host.RunToEnd(new NewContainer { Image = Name, Command = ["echo", "works"] })));
    }

    [Theory]
    [InlineData("429", "RegistryTooBusy", ErrorCode.Unavailable)]
    [InlineData("an hour", "RegistryTooBusy", ErrorCode.Unavailable)]
    [InlineData("500", "RegistryFailed", ErrorCode.Unavailable)]
    [InlineData("half", "RegistryUnreachable", ErrorCode.Unavailable)]
    [InlineData("other bytes", "DigestMismatch", ErrorCode.DataLoss)]
    [InlineData("nothing", "RegistryUnreachable", ErrorCode.Unavailable)]
    public async Task One_that_stays_so_is_told_and_leaves_nothing_but_what_can_be_gone_on_with(string how, string id, ErrorCode code)
    {
        await using var host = await StartAsync();
        await using var registry = Fill(host);
        var layer = LayerOf(registry);
        var bytes = registry.Blobs[layer];
        registry.Answer = request => how switch
        {
            "429" => FakeAnswer.Error(429, "TOOMANYREQUESTS", "slow down", ("Retry-After", "0")),
            "an hour" => FakeAnswer.Error(429, "TOOMANYREQUESTS", "pull rate limit", ("Retry-After", "3600")),
            "500" => FakeAnswer.Error(500, "UNKNOWN", "broken", ("Retry-After", "0")),
            "nothing" => FakeAnswer.Nothing,
            _ when !request.Path.EndsWith(layer, StringComparison.Ordinal) => null,
            "half" => request["Range"] is null ? new FakeAnswer(200, bytes) { CutAfter = bytes.Length / 2 } : FakeAnswer.Nothing,
            _ => new FakeAnswer(200, new byte[bytes.Length]),
        };
        var error = host.Refused(Methods.SaveContainerImage, new SaveContainerImage { Name = Name });
        Assert.Equal((code, id), (error.Code, error.Id));
        Assert.Contains(Name, error.Message, StringComparison.Ordinal);
        Assert.Empty(host.Images());
        Assert.Empty(host.Stored().Layers);
        Assert.DoesNotContain(host.Stored().Blobs, blob => blob.EndsWith(layer["sha256:".Length..], StringComparison.Ordinal));

        registry.Answer = static _ => null;
        registry.Requests.Clear();
        Save(host);
        Assert.Equal(how == "half", registry.Asked("GET", layer).Single()["Range"] is not null);
        Assert.Equal(["works"], host.Log(host.RunToEnd(new NewContainer { Image = Name, Command = ["echo", "works"] })));
    }

    private static Task<TestHost> StartAsync() => TestHost.StartAsync("--registry-plain-http", "127.0.0.1:5000");

    private static void Save(TestHost host) => host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = Name });

    private static FakeAnswer Half(byte[] bytes, string? range)
    {
        var from = range is null ? 0 : int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
        var rest = bytes[from..];
        return range is null
            ? new FakeAnswer(200, rest) { CutAfter = rest.Length / 2 }
            : new FakeAnswer(206, rest, ("Content-Range", $"bytes {from}-{bytes.Length - 1}/{bytes.Length}")) { CutAfter = rest.Length / 2 };
    }

    /// <summary>A registry on the host's loopback that has the starter image, which the host has no more.</summary>
    private static FakeRegistry Fill(TestHost host)
    {
        host.New("app:1", ImageBench.StarterRoot);
        var folder = host.Export("app:1", "layout", ContainerImageFormat.Oci);
        host.Remove("app:1");
        var registry = new FakeRegistry(listener: host.Listen(5000));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "blobs", "sha256")))
        {
            registry.AddBlob(File.ReadAllBytes(file));
        }

        using var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "index.json")));
        var manifest = index.RootElement.GetProperty("manifests")[0];
        registry.AddManifest("team/app", "1", manifest.GetProperty("mediaType").GetString()!, registry.Blobs[manifest.GetProperty("digest").GetString()!]);
        return registry;
    }

    // The largest there is.
    private static string LayerOf(FakeRegistry registry) => registry.Blobs.MaxBy(static blob => blob.Value.Length).Key;
}
