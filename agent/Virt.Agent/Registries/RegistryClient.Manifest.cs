using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <content>Manifests, and the tags that name them.</content>
internal sealed partial class RegistryClient
{
    /// <summary>No manifest is larger: the distribution specification asks registries to take 4 MiB.</summary>
    public const int LargestManifestBytes = 4 << 20;

    private const int LongestTagList = 1 << 20;
    private const int ShownTags = 5;
    private const string DigestHeader = "Docker-Content-Digest";

    private static readonly string[] Accepted =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    /// <summary>Reads a manifest or an index.</summary>
    /// <param name="identifier">Its digest or a tag.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="VirtException">ImageNotFound, DigestMismatch, ImageTooLarge, and what every request may end in.</exception>
    public async Task<RegistryManifest> GetManifestAsync(string identifier, CancellationToken cancellation)
    {
        using var watch = new SilenceWatch(http.Options.Silence, cancellation);
        using var response = await SendAsync(() => ManifestRequest(HttpMethod.Get, identifier), PullScope, watch).ConfigureAwait(false);
        await RequireAsync(response, watch, cancellation).ConfigureAwait(false);
        byte[] bytes;
        try
        {
            bytes = await RegistryBody.ReadAsync(response, LargestManifestBytes, watch.Token).ConfigureAwait(false)
                ?? throw RegistryErrors.TooLarge(task, Name, "the manifest", LargestManifestBytes);
        }
        catch (Exception e) when (watch.IsTransient(e))
        {
            throw RegistryErrors.Unreachable(task, Name, e);
        }

        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        var wanted = identifier.Contains(':', StringComparison.Ordinal) ? identifier : DigestOf(response);
        if (wanted is not null && wanted.StartsWith("sha256:", StringComparison.Ordinal) && wanted != digest)
        {
            throw RegistryErrors.DigestMismatch(task, Name, "the manifest", wanted, digest);
        }

        return new RegistryManifest(digest, response.Content.Headers.ContentType?.MediaType ?? "", bytes);
    }

    /// <summary>The digest that a tag has now, without reading what it names.</summary>
    /// <exception cref="VirtException">ImageNotFound, and what every request may end in.</exception>
    public async Task<string> GetDigestAsync(string tag, CancellationToken cancellation)
    {
        using (var watch = new SilenceWatch(http.Options.Silence, cancellation))
        using (var response = await SendAsync(() => ManifestRequest(HttpMethod.Head, tag), PullScope, watch).ConfigureAwait(false))
        {
            if (response.StatusCode is not (HttpStatusCode.MethodNotAllowed or HttpStatusCode.BadRequest))
            {
                await RequireAsync(response, watch, cancellation).ConfigureAwait(false);
                if (DigestOf(response) is { } digest)
                {
                    return digest;
                }
            }
        }

        return (await GetManifestAsync(tag, cancellation).ConfigureAwait(false)).Digest;
    }

    /// <summary>Publishes a manifest: all that it names must be there.</summary>
    /// <exception cref="VirtException">What every request may end in.</exception>
    public async Task PutManifestAsync(string identifier, string mediaType, byte[] bytes, CancellationToken cancellation)
    {
        using var watch = new SilenceWatch(http.Options.Silence, cancellation);
        using var response = await SendAsync(Request, PushScope, watch).ConfigureAwait(false);
        await RequireAsync(response, watch, cancellation).ConfigureAwait(false);

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(HttpMethod.Put, UriOf("manifests/" + identifier)) { Content = new ByteArrayContent(bytes) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
            return request;
        }
    }

    private HttpRequestMessage ManifestRequest(HttpMethod method, string identifier)
    {
        var request = new HttpRequestMessage(method, UriOf("manifests/" + identifier));
        foreach (var type in Accepted)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        return request;
    }

    // Where the image itself is missing, its registry knows which tags there are instead.
    private async Task RequireAsync(HttpResponseMessage response, SilenceWatch watch, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            throw RegistryErrors.Failed(task, Name, response.StatusCode, await ReadErrorAsync(response, watch).ConfigureAwait(false));
        }

        var tags = task.Image.Digest is null ? await ListTagsAsync(cancellation).ConfigureAwait(false) : [];
        var nearest = NearestName.Of(task.Image.Tag ?? "", tags);
        throw RegistryErrors.NotFound(task, Name, nearest, [.. tags.TakeLast(ShownTags)]);
    }

    // Only to help: a registry that does not tell its tags has been asked in vain, and that is all.
    private async Task<IReadOnlyList<string>> ListTagsAsync(CancellationToken cancellation)
    {
        try
        {
            using var watch = new SilenceWatch(http.Options.Silence, cancellation);
            using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, UriOf("tags/list?n=1000")), PullScope, watch).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode || await RegistryBody.ReadAsync(response, LongestTagList, watch.Token).ConfigureAwait(false) is not { } body)
            {
                return [];
            }

            using var document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
                ? [.. tags.EnumerateArray().Where(static tag => tag.ValueKind == JsonValueKind.String).Select(static tag => tag.GetString()!).Where(tag => Images.ImageReference.TryParse($"{task.Image.FullRepository}:{tag}", out _))]
                : [];
        }
        catch (Exception e) when (e is VirtException or JsonException or InvalidOperationException or System.IO.IOException or HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return [];
        }
    }

    private static async Task<string> ReadErrorAsync(HttpResponseMessage response, SilenceWatch watch)
    {
        try
        {
            return await RegistryBody.ReadErrorAsync(response, watch.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!watch.Cancellation.IsCancellationRequested)
        {
            return "";
        }
    }

    private static string? DigestOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(DigestHeader, out var values) ? values.FirstOrDefault(static value => value.StartsWith("sha256:", StringComparison.Ordinal)) : null;
}
