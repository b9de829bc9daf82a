using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;

namespace Virt.Agent.Vms.Warm;

/// <summary>
/// The booted states of images (docs/adr/0029): each is a folder that has its name only while all of it is there; the name of one that comes or goes begins with a dot. They stand beside the images, for an image may be in a folder
/// that is not the agent's.
/// </summary>
/// <param name="root">The folder of all.</param>
internal sealed class WarmStore(string root)
{
    public const string DiskName = "disk.qcow2";
    public const string MemoryName = "memory";
    public const string NvramName = "nvram.fd";

    private const string ManifestName = "warm.json";
    private const string Coming = ".new-";
    private const string Going = ".removed-";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private Func<WarmState, bool> isUsed = static _ => true;

    /// <summary>Tells it whether a disk stands on a state's. To be called once.</summary>
    public void Watch(Func<WarmState, bool> isUsed) => this.isUsed = isUsed;

    /// <summary>The folder of all.</summary>
    public string Root => root;

    /// <summary>All that can be started from, the oldest first.</summary>
    public IReadOnlyList<WarmState> All =>
    [
        .. (Directory.Exists(root) ? Directory.GetDirectories(root) : [])
            .Where(static folder => !Path.GetFileName(folder).StartsWith('.')).Select(Read).OfType<WarmState>().OrderBy(static state => state.Created),
    ];

    /// <summary>The state that fits; null: there is none whose files are whole.</summary>
    public WarmState? Find(WarmShape shape) => All.FirstOrDefault(state => state.Shape == shape && WhatIsWrong(state) is null);

    /// <summary>Why a state cannot be started from; null: nothing is known against it.</summary>
    public static string? WhatIsWrong(WarmState state) =>
        state.Shape.DiskBytes > 0 && !File.Exists(state.Disk) ? "its disk is gone" : SavedMemory.WhatIsWrong(state.Memory, state.MemoryFileBytes);

    /// <summary>Bytes on the disk.</summary>
    public static long BytesOf(WarmState state) => new DirectoryInfo(state.Folder) is { Exists: true } folder ? folder.EnumerateFiles().Sum(static file => file.Length) : 0;

    /// <summary>Begins a state. Its folder is the caller's to remove where it comes to nothing.</summary>
    public string Begin(Guid id)
    {
        Directory.CreateDirectory(root, OwnerOnly);
        var folder = Path.Combine(root, Coming + id.ToString("N"));
        Directory.CreateDirectory(folder, OwnerOnly);
        return folder;
    }

    /// <summary>Brings a state's files to the host's disk and gives it its name: before that there is nothing of it, and afterwards all.</summary>
    public async Task<WarmState> CommitAsync(string folder, WarmState state)
    {
        await File.WriteAllBytesAsync(Path.Combine(folder, ManifestName), JsonSerializer.SerializeToUtf8Bytes(state, WarmJson.Default.WarmState)).ConfigureAwait(false);
        await Task.Run(() =>
        {
            foreach (var path in Directory.EnumerateFiles(folder))
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(file);
            }

            FileHandles.SyncFolder(folder);
        }).ConfigureAwait(false);
        await FaultPoint.ReachAsync(WarmFaults.Written).ConfigureAwait(false);
        var target = Path.Combine(root, state.Id.ToString("N"));
        Directory.Move(folder, target);
        FileHandles.SyncFolder(root);
        await FaultPoint.ReachAsync(WarmFaults.Named).ConfigureAwait(false);
        return state with { Folder = target };
    }

    /// <summary>Removes states that no disk stands on.</summary>
    /// <returns>How many of them are used, and stay.</returns>
    public async Task<int> RemoveAsync(Func<WarmState, bool> which)
    {
        var stay = 0;
        foreach (var state in All.Where(which).ToList())
        {
            stay += await TryRemoveAsync(state).ConfigureAwait(false) ? 0 : 1;
        }

        return stay;
    }

    /// <summary>Nobody is to start from it any more: it goes, or its memory does where disks stand on its own.</summary>
    public async Task SpoilAsync(WarmState state)
    {
        if (!await TryRemoveAsync(state).ConfigureAwait(false))
        {
            File.Delete(state.Memory);
        }
    }

    /// <summary>The states that an agent before this one has not finished, with their disks.</summary>
    public IReadOnlyList<(Guid Id, string Disk)> Unfinished =>
    [
        .. (Directory.Exists(root) ? Directory.GetDirectories(root, Coming + "*") : [])
            .Select(static folder => (Guid.TryParseExact(Path.GetFileName(folder)[Coming.Length..], "N", out var id) ? id : Guid.Empty, Path.Combine(folder, DiskName))),
    ];

    /// <summary>What an agent before this one has left half done, and states of images that are gone. To be called once, when the machines are known.</summary>
    /// <param name="isImage">Whether there is an image of a name.</param>
    public async Task RecoverAsync(Func<string, bool> isImage)
    {
        foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root, ".*") : [])
        {
            var name = Path.GetFileName(folder);
            if (name.StartsWith(Going, StringComparison.Ordinal) && Path.Combine(root, name[Going.Length..]) is var former && !Path.Exists(former) && Read(folder) is { } state && isUsed(state with { Folder = former }))
            {
                Directory.Move(folder, former);
            }
            else
            {
                FileTree.Delete(folder);
            }
        }

        await RemoveAsync(state => !isImage(state.Shape.Image)).ConfigureAwait(false);
    }

    // A machine that was made on it a moment ago has a row by now, or looks for it again when it has one, and does not find it.
    private async Task<bool> TryRemoveAsync(WarmState state)
    {
        if (isUsed(state))
        {
            return false;
        }

        var hidden = Path.Combine(root, Going + Path.GetFileName(state.Folder));
        FileTree.Delete(hidden);
        Directory.Move(state.Folder, hidden);
        await FaultPoint.ReachAsync(WarmFaults.Hidden).ConfigureAwait(false);
        if (isUsed(state))
        {
            Directory.Move(hidden, state.Folder);
            return false;
        }

        FileHandles.SyncFolder(root);
        await Task.Run(() => FileTree.Delete(hidden)).ConfigureAwait(false);
        return true;
    }

    // One that cannot be read is none: it is not started from, and stays for who looks after it.
    private static WarmState? Read(string folder)
    {
        try
        {
            using var stream = File.OpenRead(Path.Combine(folder, ManifestName));
            return JsonSerializer.Deserialize(stream, WarmJson.Default.WarmState) is { } state ? state with { Folder = folder } : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            AgentLog.Warning($"The booted state in '{folder}' cannot be read: {e.Message}");
            return null;
        }
    }
}
