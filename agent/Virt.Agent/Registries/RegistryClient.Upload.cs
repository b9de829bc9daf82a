using System;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <content>Layers and configurations, as they are published. OCI distribution specification, Pushing Blobs.</content>
internal sealed partial class RegistryClient
{
    // Small ones go in one request; others can go on where they broke off.
    private const long MonolithicBytes = 1 << 20;
    private const int EndSilences = 10;

    /// <summary>True where the registry has the blob in this repository.</summary>
    /// <exception cref="VirtException">What every request may end in.</exception>
    public async Task<bool> HasBlobAsync(string digest, CancellationToken cancellation)
    {
        using var watch = new SilenceWatch(http.Options.Silence, cancellation);
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Head, UriOf("blobs/" + digest)), PushScope, watch).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => false,
            _ when response.IsSuccessStatusCode => true,
            _ => throw RegistryErrors.Failed(task, Name, response.StatusCode, ""),
        };
    }

    /// <summary>Publishes a blob: mounts it from another repository of the registry where that is possible, else sends it.</summary>
    /// <param name="source">The blob.</param>
    /// <param name="otherRepository">Another repository of the registry that may have it; null: none is known.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>True where nothing had to be sent.</returns>
    /// <exception cref="VirtException">What every request may end in.</exception>
    public async Task<bool> PutBlobAsync(UploadSource source, string? otherRepository, CancellationToken cancellation)
    {
        using var watch = new SilenceWatch(http.Options.Silence, cancellation);
        var scope = otherRepository is null ? PushScope : $"{PushScope} repository:{otherRepository}:pull";
        var mount = otherRepository is null ? "" : $"?mount={Uri.EscapeDataString(source.Digest)}&from={Uri.EscapeDataString(otherRepository)}";
        Uri upload;
        using (var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, UriOf("blobs/uploads/" + mount)) { Content = new ByteArrayContent([]) }, scope, watch).ConfigureAwait(false))
        {
            if (response.StatusCode == HttpStatusCode.Created)
            {
                return true;
            }

            upload = await PlaceAsync(response, response.RequestMessage!.RequestUri!, watch).ConfigureAwait(false);
        }

        if (source.Size > MonolithicBytes)
        {
            upload = await SendPartsAsync(source, upload, watch).ConfigureAwait(false);
        }

        // It reads the whole blob before it answers.
        using var end = new SilenceWatch(http.Options.Silence * EndSilences, cancellation);
        using var put = await SendAsync(() => EndRequest(source, upload, end), PushScope, end).ConfigureAwait(false);
        if (put.IsSuccessStatusCode)
        {
            return false;
        }

        // An answer that was lost is asked for again, and the upload it was about is no more.
        return put.StatusCode == HttpStatusCode.NotFound && await HasBlobAsync(source.Digest, cancellation).ConfigureAwait(false) ? false : throw await RefusedAsync(put, end).ConfigureAwait(false);
    }

    private async Task<Uri> SendPartsAsync(UploadSource source, Uri upload, SilenceWatch watch)
    {
        var at = 0L;
        for (var vain = 1; at < source.Size; vain++)
        {
            var before = at;
            try
            {
                watch.Restart();
                using var response = await AuthorizedAsync(() => PartRequest(source, upload, at, watch), PushScope, watch.Token).ConfigureAwait(false);
                if (response.StatusCode != HttpStatusCode.TooManyRequests && (int)response.StatusCode < 500)
                {
                    upload = await PlaceAsync(response, upload, watch).ConfigureAwait(false);
                    return upload;
                }

                if (vain >= http.Options.Attempts)
                {
                    throw await RefusedAsync(response, watch).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (watch.IsTransient(e))
            {
                if (vain >= http.Options.Attempts)
                {
                    throw RegistryErrors.Unreachable(task, Name, e);
                }
            }

            await WaitAsync(vain, null, watch.Cancellation).ConfigureAwait(false);

            // Where the last part broke off, the registry knows how far it came.
            using var status = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, upload), PushScope, watch).ConfigureAwait(false);
            if (status.StatusCode != HttpStatusCode.NoContent)
            {
                throw await RefusedAsync(status, watch).ConfigureAwait(false);
            }

            upload = status.Headers.Location is { } location ? new Uri(upload, location) : upload;
            at = ReceivedOf(status);
            vain = at > before ? 0 : vain;
        }

        return upload;
    }

    private static HttpRequestMessage PartRequest(UploadSource source, Uri upload, long at, SilenceWatch watch)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, upload) { Content = new UploadContent(source, at, watch) };
        request.Content.Headers.TryAddWithoutValidation("Content-Range", $"{at}-{source.Size - 1}");
        return request;
    }

    private static HttpRequestMessage EndRequest(UploadSource source, Uri upload, SilenceWatch watch)
    {
        var query = upload.Query.Length == 0 ? "" : upload.Query[1..] + "&";
        return new HttpRequestMessage(HttpMethod.Put, new UriBuilder(upload) { Query = $"{query}digest={Uri.EscapeDataString(source.Digest)}" }.Uri)
        {
            Content = source.Size > MonolithicBytes ? new ByteArrayContent([]) : new UploadContent(source, 0, watch),
        };
    }

    // Range: 0-N says that N + 1 bytes are there; where there are none, some registries say 0-0 and some nothing.
    private static long ReceivedOf(HttpResponseMessage status)
    {
        if (!status.Headers.TryGetValues("Range", out var values))
        {
            return 0;
        }

        var range = string.Concat(values);
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        return dash >= 0 && long.TryParse(range[(dash + 1)..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var last) && last > 0 ? last + 1 : 0;
    }

    private async Task<Uri> PlaceAsync(HttpResponseMessage response, Uri asked, SilenceWatch watch)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw await RefusedAsync(response, watch).ConfigureAwait(false);
        }

        var place = response.Headers.Location is { } location ? new Uri(asked, location) : throw RegistryErrors.Nonsense(task, Name, "does not say where to send a blob");
        return IsAllowed(place) ? place : throw RegistryErrors.Nonsense(task, Name, $"wants blobs sent to '{place.GetLeftPart(UriPartial.Authority)}', which is not asked with TLS");
    }

    private async Task<VirtException> RefusedAsync(HttpResponseMessage response, SilenceWatch watch)
    {
        var said = await ReadErrorAsync(response, watch).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.TooManyRequests
            ? RegistryErrors.TooBusy(task, Name, RetryAfter(response), said)
            : RegistryErrors.Failed(task, Name, response.StatusCode, said);
    }
}
