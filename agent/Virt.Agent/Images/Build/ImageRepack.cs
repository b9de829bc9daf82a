using System;
using System.IO;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.Build;

/// <summary>Makes of an image the one whose layers are compressed in another way: other blobs and another manifest, in OCI's form, over the same config. It does not become one of the store.</summary>
/// <param name="store">Where the image is.</param>
/// <param name="arrival">Keeps the new blobs.</param>
/// <param name="call">The call.</param>
internal sealed class ImageRepack(ImageStore store, ImageArrival arrival, Call call)
{
    private const int Chunk = 256 * 1024;
    private const int PipeBytes = 1 << 20;

    /// <summary>Makes it.</summary>
    /// <returns>The image itself where its layers are so already.</returns>
    /// <exception cref="VirtException">DataLoss: a blob is gone or damaged. NotSupported: the host has no libzstd.</exception>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public async Task<OciImage> RunAsync(OciImage image, ContainerImageCompression to)
    {
        foreach (var blob in image.Blobs)
        {
            arrival.Has(blob);
        }

        var manifest = OciDocument.ReadManifest(store.Blobs.ReadDocument(image.Id), image.Title);
        var wanted = manifest.Layers.Select(layer => Wanted(layer, to)).ToList();
        if (to == ContainerImageCompression.AsIs || wanted.TrueForAll(static one => one is null))
        {
            return image;
        }

        if (to == ContainerImageCompression.Zstd && !ZstdWriteStream.IsAvailable)
        {
            throw new VirtException(ErrorCode.NotSupported, "ZstdMissing", $"Cannot compress the layers of image '{image.Title}' by zstd: this host has no libzstd.", image.Title, "apt-get install libzstd1");
        }

        var made = manifest.Layers.Zip(wanted).Where(static one => one.Second is not null).Select(static one => one.First.Digest).Distinct().ToDictionary(static digest => digest, static _ => (Digest: (Digest?)null, Size: 0L));
        var count = 0;
        await Parallel.ForEachAsync(made.Keys.ToList(), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = call.Cancellation }, async (digest, cancellation) =>
        {
            call.Report($"Compressing image '{image.Title}'", $"{digest.Short}", count * 100 / made.Count);
            var blob = await PackAsync(image, digest, to, cancellation).ConfigureAwait(false);
            lock (made)
            {
                made[digest] = blob;
                count++;
            }
        }).ConfigureAwait(false);

        var bytes = OciDocument.Write(manifest with
        {
            MediaType = MediaTypes.Manifest,
            Config = manifest.Config with { MediaType = MediaTypes.Config },
            Layers = [.. manifest.Layers.Zip(wanted, (layer, kind) => kind is null ? layer with { MediaType = ToOci(layer.MediaType) } : new OciDescriptor { MediaType = kind, Digest = made[layer.Digest].Digest!, Size = made[layer.Digest].Size })],
        });
        var id = await arrival.AddAsync(bytes, call.Cancellation).ConfigureAwait(false);
        return image with { Id = id, Spec = store.SpecOf(image.Title, id) };
    }

    // The kind that a layer is to become; null: it stays as it is. Its first bytes say what it is, as where it is unpacked.
    private string? Wanted(OciDescriptor layer, ContainerImageCompression to)
    {
        if (MediaTypes.IsForeign(layer.MediaType))
        {
            return null; // it is its registry's to hand out, as it is
        }

        using var blob = store.Blobs.OpenRead(layer.Digest);
        var inflated = LayerUnpacker.Inflate(blob);
        using var ending = ReferenceEquals(inflated, blob) ? null : inflated;
        var kind = inflated switch { GZipStream => MediaTypes.LayerGzip, ZstdStream => MediaTypes.LayerZstd, _ => MediaTypes.Layer };
        var wanted = to switch { ContainerImageCompression.Gzip => MediaTypes.LayerGzip, ContainerImageCompression.Zstd => MediaTypes.LayerZstd, _ => MediaTypes.Layer };
        return kind == wanted && ImageBuild.ToOci(layer.MediaType) == kind ? null : wanted;
    }

    private static string ToOci(string mediaType) => mediaType == MediaTypes.DockerLayerForeign ? MediaTypes.LayerForeign + "+gzip" : ImageBuild.ToOci(mediaType);

    // Inflated and compressed on one side of a pipe, hashed and written on the other.
    private async Task<(Digest? Digest, long Size)> PackAsync(OciImage image, Digest digest, ContainerImageCompression to, CancellationToken cancellation)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: PipeBytes, resumeWriterThreshold: PipeBytes / 2, useSynchronizationContext: false));
        var packing = Task.Run(
            () =>
            {
                try
                {
                    Copy(digest, to, pipe.Writer.AsStream(leaveOpen: true), cancellation);
                    pipe.Writer.Complete();
                }
                catch (Exception e)
                {
                    pipe.Writer.Complete(e);
                    throw;
                }
            },
            CancellationToken.None);
        try
        {
            await using var reading = pipe.Reader.AsStream();
            var blob = await arrival.AddAsync(reading, cancellation).ConfigureAwait(false);
            await packing.ConfigureAwait(false);
            return blob;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            await EndAsync().ConfigureAwait(false);
            throw new VirtException(
                ErrorCode.DataLoss, "LayerDamaged", $"Cannot compress the layers of image '{image.Title}' anew: '{digest}' is damaged ({e.Message.TrimEnd('.')}).", image.Title, $"Save-ContainerImage '{image.Title}'", e);
        }
        catch (DllNotFoundException e)
        {
            await EndAsync().ConfigureAwait(false);
            throw new VirtException(
                ErrorCode.NotSupported, "ZstdMissing", $"Cannot compress the layers of image '{image.Title}' anew: they are compressed by zstd, and this host has no libzstd.", image.Title, "apt-get install libzstd1", e);
        }
        catch
        {
            await EndAsync().ConfigureAwait(false);
            throw;
        }

        async Task EndAsync()
        {
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
            await packing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private void Copy(Digest digest, ContainerImageCompression to, Stream output, CancellationToken cancellation)
    {
        using var blob = store.Blobs.OpenRead(digest);
        var inflated = LayerUnpacker.Inflate(blob);
        using var ending = ReferenceEquals(inflated, blob) ? null : inflated;
        using var packed = to switch
        {
            ContainerImageCompression.Gzip => new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true),
            ContainerImageCompression.Zstd => new ZstdWriteStream(output),
            _ => output,
        };
        var buffer = new byte[Chunk];
        int count;
        while ((count = inflated.Read(buffer)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            packed.Write(buffer, 0, count);
        }
    }
}
