using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Security;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>SELinux labels of containers and of their volumes (docs/adr/0038-selinux.md). Where SELinux is not in use, nothing here asks the kernel for anything.</content>
public sealed partial class ContainerService
{
    // A level of its own says that it is labelled: one that was started before SELinux was in use has none, and its commands have none either. A machine has a kernel of its own.
    private ContainerLabel? LabelOf(ContainerSpec spec) => spec.LabelLevel.Length == 0 ? null : labels?.Of(
        spec.Privileged || spec.IsChroot ? ContainerLabelKind.Super : spec.IsSystem ? ContainerLabelKind.Init : ContainerLabelKind.Container, spec.LabelLevel);

    private static string? ProcessLabelOf(ContainerLabel? label) => label is { Process.Length: > 0 } ? label.Process : null;

    private ContainerSpec WithLevel(ContainerSpec spec) => labels is null || spec.IsMachine || spec.LabelLevel.Length > 0 ? spec : spec with { LabelLevel = labelLevels.Take() };

    // Before anything is written: what may not be labelled is an error, and the container is not made.
    private void CheckRelabels(string verb, string name, ContainerSpec spec)
    {
        foreach (var volume in labels is null || spec.IsMachine ? [] : spec.Volumes.Where(static v => v is { Relabel: not VolumeRelabel.None, VolumeName: "" }))
        {
            using var place = FileHandles.TryOpenPlace(volume.Source);
            if (place is not null)
            {
                CheckRelabel(verb, name, volume, place);
            }
        }
    }

    /// <exception cref="VirtException">InvalidArgument.</exception>
    private void CheckRelabel(string verb, string name, ContainerVolume volume, SafeFileHandle source)
    {
        var place = FileHandles.PathOf(source);
        var isFolder = IsFolder(source);
        if (volume.VolumeName.Length == 0 && RelabelRules.Refusal(place, stateFolder, isFolder) is { } refusal)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "VolumeRelabelRefused",
                $"Cannot {verb} container '{name}': the host's {(isFolder ? "folder" : "file")} '{place}' of its volume '{volume}' is not labelled for containers: {refusal}.",
                name,
                $"New-Container -Volume /srv/{name}:{volume.Target}:z");
        }
    }

    // The root shows one label for all its files, but what is mapped into memory the kernel looks at where it lies (security/selinux/hooks.c, file_map_prot_check; overlayfs hands on the file below):
    // without these no program could be loaded. A layer gets its label when the first container has it; what this one has written has it from the kernel, unless it was copied or came from elsewhere.
    private Task LabelFilesAsync(ContainerSpec spec, ContainerFolder folder) => LabelOf(spec) is not { } label ? Task.CompletedTask : Task.Run(() =>
    {
        foreach (var layer in LowersOf(spec))
        {
            LabelOnce(layer, labels!.Layer);
        }

        LabelOnce(folder.Upper, label.File);
    });

    private static void LabelOnce(string path, string label)
    {
        using var folder = FileHandles.OpenFolder(path);
        if (FileLabel.Read(folder) == label)
        {
            return;
        }

        try
        {
            FileLabel.SetTree(folder, label);
        }
        catch (LinuxException e) when (e.Errno is Errno.EROFS or Errno.EOPNOTSUPP)
        {
            // Whoever made it unwritable has labelled it, or the whole of its file system.
        }
    }

    // Volumes of the agent's own are every container's to use, unless one is to have it alone; of the host's folders those that it is asked for.
    private Task LabelVolumesAsync(string verb, string name, ContainerSpec spec, IReadOnlyList<ContainerVolume> volumes)
    {
        var label = LabelOf(spec);
        var wanted = label is null ? [] : volumes.Where(static v => IsNamed(v) || v.Relabel != VolumeRelabel.None).ToList();
        return wanted.Count == 0
            ? Task.CompletedTask
            : Task.Run(() => wanted.ForEach(volume => Relabel(verb, name, volume, volume.Relabel == VolumeRelabel.Private ? label!.File : labels!.Shared)));
    }

    private static bool IsFolder(SafeFileHandle file) => InsideRoot.IsFolder(FileHandles.ModeOf(file));

    private void Relabel(string verb, string name, ContainerVolume volume, string label)
    {
        using var source = FileHandles.TryOpenPlace(volume.Source) ?? throw new LinuxException("open", Errno.ENOENT, volume.Source);
        CheckRelabel(verb, name, volume, source);
        try
        {
            // The folder is labelled last, and what comes into it has its label. Into a folder of the host's may come what was elsewhere before, with the label from there.
            if (FileLabel.Read(source) == label && (IsNamed(volume) || !IsFolder(source)))
            {
                return;
            }

            if (IsFolder(source))
            {
                FileLabel.SetTree(source, label);
            }
            else
            {
                FileLabel.Set(source, label);
            }
        }
        catch (LinuxException e) when (e.Errno == Errno.EOPNOTSUPP && IsNamed(volume))
        {
            // What the whole file system is labelled with is its administrator's choice.
        }
        catch (LinuxException e) when (e.Errno is Errno.EOPNOTSUPP or Errno.EROFS or Errno.EACCES or Errno.EPERM)
        {
            throw new VirtException(
                e.Errno is Errno.EOPNOTSUPP or Errno.EROFS ? ErrorCode.NotSupported : ErrorCode.PermissionDenied,
                "VolumeNotLabelled",
                $"Cannot {verb} container '{name}': the files of '{volume.Source}' cannot be labelled for containers ({Errno.Name(e.Errno)}).",
                name,
                e.Errno is Errno.EOPNOTSUPP ? $"Mount the file system of '{volume.Source}' with the option context=\"{label}\", and leave ':z' away." : e.Errno is Errno.EROFS ? $"findmnt -T '{volume.Source}'" : "sudo ausearch -m avc -ts recent",
                e);
        }
    }
}
