using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.VmImages;

/// <summary>
/// The images of virtual machines that are the agent's own to make and to remove: those in its state folder. Each is a folder that has its name only while all of it is there; the name of one that comes or goes begins with
/// a dot.
/// </summary>
/// <param name="root">The folder of all.</param>
/// <param name="catalog">Finds them, and those of others.</param>
public sealed class VmImageStore(string root, ImageCatalog catalog)
{
    /// <summary>The disk of an image that the agent has made.</summary>
    public const string DiskName = "disk.qcow2";

    /// <summary>A further disk of an image that the agent has made.</summary>
    /// <param name="number">Which, from 1.</param>
    public static string DiskNameOf(int number) => FormattableString.Invariant($"disk{number}.qcow2");

    /// <summary>The UEFI variables of an image that the agent has made.</summary>
    public const string NvramName = "nvram.fd";

    private const string Coming = ".new-";
    private const string Going = ".removed-";

    private Func<StoredImage<VmImageManifest>, IReadOnlyList<string>> usersOf = static _ => [];

    /// <summary>Tells it who needs an image: the names of machines. To be called once, before the first request.</summary>
    public void Watch(Func<StoredImage<VmImageManifest>, IReadOnlyList<string>> users) => usersOf = users;

    /// <summary>Who needs an image.</summary>
    public IReadOnlyList<string> UsersOf(StoredImage<VmImageManifest> image) => usersOf(image);

    /// <summary>Refuses a name that is taken; upper and lower case are the same.</summary>
    /// <exception cref="VirtException">InvalidArgument; AlreadyExists.</exception>
    public void CheckFree(string verb, string name)
    {
        VmImageName.Check(verb, name);
        if (catalog.HasVm(name))
        {
            throw Taken(verb, name);
        }
    }

    /// <summary>Begins an image. The caller disposes it.</summary>
    public VmImageArrival Begin(string name)
    {
        Directory.CreateDirectory(root);
        File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var id = Guid.NewGuid();
        return new VmImageArrival(id, Path.Combine(root, Coming + id.ToString("N")), name, Path.Combine(root, VmImageName.ToFolder(name)));
    }

    /// <summary>Looks whether an image may be removed.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported: it is not the agent's own; WrongState: a machine needs it.</exception>
    public StoredImage<VmImageManifest> FindToRemove(string name)
    {
        var image = catalog.FindVm(name, $"Cannot remove VM image '{name}'");
        if (Path.GetDirectoryName(image.Folder) != Path.GetFullPath(root))
        {
            throw new VirtException(ErrorCode.NotSupported, "VMImageNotOwn", $"Cannot remove VM image '{image.Name}': it is the folder '{image.Folder}', which is not the agent's to change.", image.Name, $"ls -l '{image.Folder}'");
        }

        CheckUnused(image);
        return image;
    }

    /// <summary>Removes an image.</summary>
    /// <exception cref="VirtException">As for <see cref="FindToRemove"/>.</exception>
    public async Task RemoveAsync(StoredImage<VmImageManifest> image)
    {
        var hidden = Path.Combine(root, Going + Path.GetFileName(image.Folder));
        FileTree.Delete(hidden);
        Directory.Move(image.Folder, hidden);
        try
        {
            await FaultPoint.ReachAsync(VmImageFaults.Hidden).ConfigureAwait(false);

            // A machine that was made of it a moment ago has a row by now, or looks for the image again when it has one, and does not find it.
            CheckUnused(image);
        }
        catch
        {
            Directory.Move(hidden, image.Folder);
            throw;
        }

        FileHandles.SyncFolder(root);
        await Task.Run(() => FileTree.Delete(hidden)).ConfigureAwait(false);
    }

    /// <summary>The folder of all.</summary>
    public string Root => root;

    /// <summary>The images that an agent before this one has not finished, with their disks.</summary>
    public IReadOnlyList<(Guid Id, string Disk)> Unfinished =>
    [
        .. (Directory.Exists(root) ? Directory.GetDirectories(root, Coming + "*") : [])
            .Select(static folder => (Guid.TryParseExact(Path.GetFileName(folder)[Coming.Length..], "N", out var id) ? id : Guid.Empty, Path.Combine(folder, DiskName))),
    ];

    /// <summary>What an agent before this one has left half done. To be called once, before the first request.</summary>
    public void Recover()
    {
        foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root, ".*") : [])
        {
            var name = Path.GetFileName(folder);
            if (name.StartsWith(Going, StringComparison.Ordinal) && Path.Combine(root, name[Going.Length..]) is var former && !Path.Exists(former) && IsNeeded(former))
            {
                Directory.Move(folder, former);
            }
            else if (name.StartsWith(Coming, StringComparison.Ordinal) || name.StartsWith(Going, StringComparison.Ordinal))
            {
                FileTree.Delete(folder);
            }
        }
    }

    internal static VirtException Taken(string verb, string name) =>
        new(ErrorCode.AlreadyExists, "VMImageAlreadyExists", $"Cannot {verb} VM image '{name}': a VM image of that name exists already.", name, $"Remove-VMImage '{name}'");

    private bool IsNeeded(string folder) => usersOf(new StoredImage<VmImageManifest>(VmImageName.OfFolder(Path.GetFileName(folder)), folder, new VmImageManifest())).Count > 0;

    private void CheckUnused(StoredImage<VmImageManifest> image)
    {
        if (usersOf(image) is { Count: > 0 } users)
        {
            var names = string.Join(", ", users.Take(5).Select(static user => $"'{user}'")) + (users.Count > 5 ? " and others" : "");
            throw new VirtException(
                ErrorCode.WrongState,
                "VMImageInUse",
                $"Cannot remove VM image '{image.Name}': {(users.Count == 1 ? "VM" : "VMs")} {names} {(users.Count == 1 ? "needs" : "need")} it.",
                image.Name,
                $"Remove-VM {users[0]}");
        }
    }
}
