using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;
using Virt.Linux.Mounts;

namespace Virt.Agent.Containers;

/// <content>New volumes get what the image has at their places (docs/adr/0045-a-new-volume-gets-what-the-image-has.md).</content>
public sealed partial class ContainerService
{
    // Before a volume is opened, labelled or mounted for the first time.
    private async Task FillVolumesAsync(string verb, string name, ContainerSpec spec, IReadOnlyList<ContainerVolume> coming)
    {
        foreach (var volume in coming.Where(volume => IsNamed(volume) && volumes.IsNew(volume.VolumeId)))
        {
            await volumes.UseFirstAsync(volume.VolumeId, $"Cannot {verb} container '{name}'", scratch => volume.NoCopy ? null : OpenOfImage(spec, volume.Target, scratch)).ConfigureAwait(false);
        }
    }

    // With the owners that the image's files have on the disk, which are those that a volume's have too. Null: it has no folder there.
    private SafeFileHandle? OpenOfImage(ContainerSpec spec, string path, string scratch)
    {
        var lowers = LowersOf(spec);
        using var root = lowers.Count == 1 ? FileHandles.OpenFolder(lowers[0]) : Together(lowers, scratch);
        var folder = FileHandles.OpenInside(root, path);
        if (folder is not null && !IsFolder(folder))
        {
            folder.Dispose();
            return null;
        }

        return folder;
    }

    // overlayfs wants a folder to write to, also where nobody writes.
    private static SafeFileHandle Together(IReadOnlyList<string> lowers, string scratch)
    {
        var upper = Directory.CreateDirectory(Path.Combine(scratch, "upper")).FullName;
        var work = Directory.CreateDirectory(Path.Combine(scratch, "work")).FullName;
        return DetachedMount.Overlay(lowers, upper, work, MountAttributes.NoDevices);
    }
}
