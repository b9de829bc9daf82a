using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Archives;
using Virt.Agent.Images.Store;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>The root of a container as one archive.</content>
public sealed partial class ContainerService
{
    private const int CopyBytes = 256 * 1024;

    private static void CheckFlat(ContainerEntry entry, ExportContainer request)
    {
        if (request.Flat && !ArchivePath.IsFile(request.Path))
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidPath", $"Cannot export container '{entry.Name}': '{request.Path}' does not end in .tar, .tar.gz or .tar.zst; its files alone are an archive, and no folder.", request.Path, $"Export-Container {entry.Name} -Path '{request.Path.TrimEnd('/')}.tar' -Flat");
        }
    }

    // Straight into the archive: what is read is not kept elsewhere, so one that runs stands still until it is written.
    private async Task FlattenAsync(ContainerEntry entry, string partial, Call call)
    {
        using var held = await LockAsync("export", entry, call).ConfigureAwait(false);
        ContainerStates.CheckExport(entry.Name, entry.State);
        entry.Set(table, entry.State, entry.Run, entry.Spec with { Exports = [.. entry.Spec.Exports, partial] });
        await FaultPoint.ReachAsync(ContainerFaults.ExportWritten, call.Cancellation).ConfigureAwait(false);
        await EnsureImageLayersAsync(entry.Name, entry.Spec, "export").ConfigureAwait(false);
        await InStandstillAsync(entry, "export", () => Task.Run(() => WriteFlat(entry, partial, call)), call).ConfigureAwait(false);
    }

    private void WriteFlat(ContainerEntry entry, string partial, Call call)
    {
        var upper = WritesOf(entry)?.Path;
        var layersOver = LowersOf(entry.Spec);
        if (upper is not null)
        {
            layersOver = [upper, .. layersOver];
        }

        // What each start writes is not the container's: there its image's own is seen.
        var shown = OverlayTree.Entries(layersOver, (layer, one) => layer == upper && Rootfs.OwnFiles.Contains(one.Path, StringComparer.Ordinal)).ToList();
        var all = Math.Max(1, shown.Sum(static one => one.Entry.IsFile ? one.Entry.Size : 0));
        long done = 0;
        var percent = -1;
        using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            using var packed = ArchivePath.Compress(partial, file);
            using var buffered = new BufferedStream(packed ?? file, CopyBytes);
            LayerPacker.PackShown(layersOver[0], shown, buffered, Report, call.Cancellation);
            buffered.Flush();
        }

        FileTree.SyncOne(partial);

        void Report(long bytes)
        {
            done += bytes;
            if ((int)(done * 99 / all) is var now && now != percent)
            {
                percent = now;
                call.Report($"Exporting container '{entry.Name}'", "Writing its files", percent);
            }
        }
    }
}
