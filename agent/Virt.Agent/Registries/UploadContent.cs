using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Registries;

/// <summary>The bytes of a blob from a place on, as the body of a request. Each piece that is taken is a sign of life.</summary>
internal sealed class UploadContent : HttpContent
{
    private const int BufferBytes = 128 << 10;

    private readonly UploadSource source;
    private readonly long from;
    private readonly SilenceWatch watch;

    public UploadContent(UploadSource source, long from, SilenceWatch watch)
    {
        this.source = source;
        this.from = from;
        this.watch = watch;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = source.Size - from;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var file = source.Open();
        file.Seek(from, SeekOrigin.Begin);
        var buffer = new byte[BufferBytes];
        var at = from;
        while (await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            watch.Alive();
            source.Sent(at += count);
        }
    }
}
