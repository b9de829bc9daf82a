using System;
using System.IO;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;

namespace Virt.Agent.Images.Build;

/// <summary>Makes blobs of folders.</summary>
/// <param name="arrival">Where they go; it keeps them.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class LayerPack(ImageArrival arrival, CancellationToken cancellation)
{
    /// <summary>Ends it.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Packs a folder, compressed by gzip.</summary>
    /// <returns>The blob, and the digest of what it is before compression.</returns>
    /// <exception cref="IOException">Something cannot be read, or the disk is full.</exception>
    public async Task<(OciDescriptor Descriptor, Digest DiffId)> PackAsync(LayerSource source)
    {
        // Packed, hashed and compressed on one side of a pipe, hashed and written on the other.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false));
        var packing = Task.Run(() =>
        {
            try
            {
                Digest diffId;
                using (var gzip = new GZipStream(pipe.Writer.AsStream(leaveOpen: true), CompressionLevel.Fastest))
                {
                    using var hashed = new DigestWriteStream(gzip);
                    using var buffered = new BufferedStream(hashed, 256 * 1024);
                    LayerPacker.Pack(source.Path, buffered, source.IsLeftOut, source.WithTop, cancellation);
                    buffered.Flush();
                    diffId = hashed.Finish();
                }

                pipe.Writer.Complete();
                return diffId;
            }
            catch (Exception e)
            {
                pipe.Writer.Complete(e);
                throw;
            }
        });
        try
        {
            await using var reading = pipe.Reader.AsStream();
            var (digest, size) = await arrival.AddAsync(reading, cancellation).ConfigureAwait(false);
            return (new OciDescriptor { MediaType = MediaTypes.LayerGzip, Digest = digest, Size = size }, await packing.ConfigureAwait(false));
        }
        catch
        {
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
            await packing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }
    }
}
