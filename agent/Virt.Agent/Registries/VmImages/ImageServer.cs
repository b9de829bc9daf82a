using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Registries.VmImages;

/// <summary>Reads files from web servers: what fails for a moment is asked again, what breaks off goes on at its byte, redirects are followed, and nothing is asked without TLS but where the admin has said so.</summary>
/// <param name="http">The connections.</param>
/// <param name="name">The image that is wanted, for errors.</param>
internal sealed class ImageServer(RegistryHttp http, string name)
{
    private const int BufferBytes = 128 << 10;
    private const int MostRedirects = 5;

    /// <summary>Refuses an address that would not be asked.</summary>
    /// <exception cref="Virt.Protocol.VirtException">InvalidArgument.</exception>
    public void Check(Uri uri)
    {
        if (!IsAllowed(uri))
        {
            throw ImageServerErrors.NotAllowed(name, uri);
        }
    }

    /// <summary>Reads a short file.</summary>
    /// <exception cref="Virt.Protocol.VirtException">What every request may end in; it is longer than allowed.</exception>
    public async Task<byte[]> ReadAsync(Uri uri, int limit, CancellationToken cancellation)
    {
        using var watch = new SilenceWatch(http.Options.Silence, cancellation);
        for (var attempt = 1; ; attempt++)
        {
            using var response = await SendAsync(uri, 0, watch).ConfigureAwait(false);
            CheckStatus(uri, response.StatusCode);
            try
            {
                return await RegistryBody.ReadAsync(response, limit, watch.Token).ConfigureAwait(false) ?? throw ImageServerErrors.Nonsense(name, uri, $"gave more than the {limit >> 20} MB that this may have");
            }
            catch (Exception e) when (watch.IsTransient(e) && attempt < http.Options.Attempts)
            {
                await WaitAsync(attempt, null, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (watch.IsTransient(e))
            {
                throw ImageServerErrors.Unreachable(name, uri, e);
            }
        }
    }

    /// <summary>Reads a file to its end, from where it has come to.</summary>
    /// <param name="uri">Where it is.</param>
    /// <param name="file">Where it goes.</param>
    /// <param name="begin">Told how many bytes it will have, where the server says; may throw.</param>
    /// <param name="came">Told after each piece.</param>
    /// <param name="cancellation">Ends it; what has come stays.</param>
    /// <exception cref="Virt.Protocol.VirtException">What every request may end in.</exception>
    public async Task DownloadAsync(Uri uri, PartialFile file, Action<long?> begin, Func<ValueTask> came, CancellationToken cancellation)
    {
        using var watch = new SilenceWatch(http.Options.Silence, cancellation);
        var buffer = new byte[BufferBytes];
        for (var vain = 1; ; vain++)
        {
            using var response = await SendAsync(uri, file.Length, watch).ConfigureAwait(false);
            var range = response.Content.Headers.ContentRange;
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && file.Length > 0)
            {
                if (range?.Length == file.Length)
                {
                    return;
                }

                // It has become another, shorter file.
                file.Restart();
                continue;
            }

            var isRest = response.StatusCode == HttpStatusCode.PartialContent && range?.From == file.Length;
            CheckStatus(uri, isRest ? HttpStatusCode.OK : response.StatusCode);
            if (!isRest && file.Length > 0)
            {
                file.Restart();
            }

            var total = isRest ? range!.Length : response.Content.Headers.ContentLength;
            begin(total);
            var before = file.Length;
            Exception cause;
            try
            {
                await using var stream = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
                while (await ReadAsync(stream, buffer, watch).ConfigureAwait(false) is > 0 and var count)
                {
                    await file.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
                    await came().ConfigureAwait(false);
                }

                if (total is null || file.Length >= total)
                {
                    return;
                }

                cause = new IOException($"it ended {total - file.Length} bytes too early");
            }
            catch (RegistryBrokenException e)
            {
                cause = e.InnerException!;
            }

            vain = file.Length > before ? 0 : vain;
            if (vain >= http.Options.Attempts)
            {
                throw ImageServerErrors.Unreachable(name, uri, cause);
            }

            await WaitAsync(Math.Max(1, vain), null, cancellation).ConfigureAwait(false);
        }
    }

    // Told apart from what the disk fails with: only the server is asked again.
    private static async Task<int> ReadAsync(Stream stream, byte[] buffer, SilenceWatch watch)
    {
        try
        {
            var count = await stream.ReadAsync(buffer, watch.Token).ConfigureAwait(false);
            watch.Alive();
            return count;
        }
        catch (Exception e) when (watch.IsTransient(e))
        {
            throw new RegistryBrokenException(e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri uri, long from, SilenceWatch watch)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isLast = attempt == http.Options.Attempts;
            TimeSpan? asked = null;
            try
            {
                watch.Restart();
                var response = await FollowAsync(uri, from, watch.Token).ConfigureAwait(false);
                if (response.StatusCode != HttpStatusCode.TooManyRequests && (int)response.StatusCode < 500)
                {
                    return response;
                }

                using (response)
                {
                    asked = response.Headers.RetryAfter is not { } header ? null : header.Delta ?? (header.Date - http.Time.GetUtcNow());
                    if (isLast || asked > http.Options.LongestWait)
                    {
                        throw ImageServerErrors.Failed(name, uri, response.StatusCode);
                    }
                }
            }
            catch (Exception e) when (watch.IsTransient(e))
            {
                if (isLast || e is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError })
                {
                    throw ImageServerErrors.Unreachable(name, uri, e);
                }
            }

            await WaitAsync(attempt, asked < TimeSpan.Zero ? TimeSpan.Zero : asked, watch.Cancellation).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(Uri uri, long from, CancellationToken cancellation)
    {
        var next = uri;
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, next);
            request.Headers.TryAddWithoutValidation("User-Agent", RegistryHttp.UserAgent);
            request.Headers.Range = from > 0 ? new RangeHeaderValue(from, null) : null;
            var response = await http.Invoker.SendAsync(request, cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            next = new Uri(next, location);
            if (redirects == MostRedirects || !IsAllowed(next))
            {
                throw ImageServerErrors.Nonsense(name, uri, redirects == MostRedirects ? "redirects without end" : $"redirects to '{next.GetLeftPart(UriPartial.Authority)}', which is not asked with TLS");
            }
        }
    }

    private void CheckStatus(Uri uri, HttpStatusCode status)
    {
        if (status != HttpStatusCode.OK)
        {
            throw status is HttpStatusCode.NotFound or HttpStatusCode.Gone ? ImageServerErrors.NotFound(name, uri) : ImageServerErrors.Failed(name, uri, status);
        }
    }

    private bool IsAllowed(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && http.Options.PlainHttp.Contains(uri.Authority));

    private Task WaitAsync(int attempt, TimeSpan? asked, CancellationToken cancellation) =>
        Task.Delay(asked ?? (http.Options.FirstWait * Math.Pow(2, attempt - 1) * (0.75 + (Random.Shared.NextDouble() / 2))), http.Time, cancellation);
}
