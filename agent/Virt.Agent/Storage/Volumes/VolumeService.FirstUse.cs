using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Volumes;

/// <content>The first use of a new volume (docs/adr/0045-a-new-volume-gets-what-the-image-has.md).</content>
public sealed partial class VolumeService
{
    /// <summary>True until something has used it.</summary>
    public bool IsNew(Guid volume) => entries.TryGetValue(volume, out var entry) && entry.Spec.IsNew;

    /// <summary>Something is about to use a volume. Where it is the first, and the volume is empty, the volume gets what a folder holds, its owner and its permissions: all of it or nothing.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="action">What it is wanted for, as an error's beginning.</param>
    /// <param name="open">Opens that folder, with the help of an empty one that is taken away afterwards; null: there is none.</param>
    /// <exception cref="VirtException">ResourceExhausted; Internal: it could not be copied, and the volume is as new as it was.</exception>
    public async Task UseFirstAsync(Guid volume, string action, Func<string, SafeFileHandle?> open)
    {
        if (!entries.TryGetValue(volume, out var entry))
        {
            return;
        }

        using var held = await LockAsync("use", entry, default).ConfigureAwait(false);
        if (!entry.Spec.IsNew)
        {
            return; // another one was first
        }

        var used = entry.Spec with { IsNew = false };
        try
        {
            Directory.CreateDirectory(entry.Scratch, Private);
            using var source = Directory.EnumerateFileSystemEntries(entry.Data).Any() ? null : open(entry.Scratch);
            if (source is null)
            {
                entry.Set(table, VolumePhase.Ready, used);
                return;
            }

            await ExchangeAsync(entry, used, () => FillAsync(entry, action, source), default).ConfigureAwait(false);
        }
        finally
        {
            FileTree.Delete(entry.Scratch);
        }
    }

    private async Task FillAsync(VolumeEntry entry, string action, SafeFileHandle source)
    {
        // Of a mount that stands nowhere, another process finds what we hold open.
        await trees.FillAsync($"{action}: what its image has cannot be copied into volume '{entry.Name}'", entry.Name, FormattableString.Invariant($"/proc/{Environment.ProcessId}/fd/{source.DangerousGetHandle()}"), entry.Part).ConfigureAwait(false);
        // The row may be on the disk after a power cut, and says that it was filled.
        await Task.Run(() => FileTree.Sync(entry.Part)).ConfigureAwait(false);
    }
}
