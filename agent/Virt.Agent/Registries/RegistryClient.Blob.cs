using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <content>Layers and configurations, as they are read.</content>
internal sealed partial class RegistryClient
{
    private const int BufferBytes = 128 << 10;

    /// <summary>Reads a blob from a place on to its end. Where the connection breaks, it goes on from where it was.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="size">Its whole size, as the manifest has it; the registry cannot make us read more.</param>
    /// <param name="from">The bytes that are there already.</param>
    /// <param name="write">Takes what comes, in order. What it throws ends the reading; what it has taken is counted.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="VirtException">BlobNotFound, ImageTooLarge, and what every request may end in.</exception>
    public async Task ReadBlobAsync(string digest, long size, long from, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellation)
    {
        using var watch = new SilenceWatch(http.Options.Silence, cancellation);
        var buffer = new byte[BufferBytes];
        var at = from;
        for (var vain = 1; at < size; vain++)
        {
            using var response = await SendAsync(() => BlobRequest(digest, at), PullScope, watch).ConfigureAwait(false);
            var skip = await StartOfAsync(response, digest, at, watch).ConfigureAwait(false);
            var before = at;
            Exception cause = new IOException($"it ended {size - at} bytes too early");
            try
            {
                await using var stream = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
                while (await ReadAsync(stream, buffer, watch).ConfigureAwait(false) is > 0 and var count)
                {
                    // A registry that does not know ranges begins at the beginning.
                    var known = (int)Math.Min(skip, count);
                    skip -= known;
                    if (at + count - known > size)
                    {
                        throw RegistryErrors.TooLarge(task, Name, $"the blob '{digest}'", size);
                    }

                    await write(buffer.AsMemory(known, count - known), cancellation).ConfigureAwait(false);
                    at += count - known;
                }
            }
            catch (RegistryBrokenException e)
            {
                cause = e.InnerException!;
            }

            vain = at > before ? 0 : vain;
            if (at < size && vain >= http.Options.Attempts)
            {
                throw RegistryErrors.Unreachable(task, Name, cause);
            }

            if (at < size)
            {
                await WaitAsync(Math.Max(1, vain), null, cancellation).ConfigureAwait(false);
            }
        }
    }

    // Told apart from what the writer throws: only the registry is asked again.
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

    private HttpRequestMessage BlobRequest(string digest, long at)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, UriOf("blobs/" + digest));
        request.Headers.Range = at > 0 ? new RangeHeaderValue(at, null) : null;
        return request;
    }

    // How many bytes of the answer are known already.
    private async Task<long> StartOfAsync(HttpResponseMessage response, string digest, long at, SilenceWatch watch)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return at;
            case HttpStatusCode.PartialContent when at > 0 && response.Content.Headers.ContentRange?.From == at:
                return 0;
            case HttpStatusCode.NotFound:
                throw RegistryErrors.Make(task, ErrorCode.NotFound, "BlobNotFound", $"registry '{Name}' has its manifest, but not its part '{digest}'", $"{task.Command} {task.Image}");
            default:
                throw RegistryErrors.Failed(task, Name, response.StatusCode, await ReadErrorAsync(response, watch).ConfigureAwait(false));
        }
    }
}
