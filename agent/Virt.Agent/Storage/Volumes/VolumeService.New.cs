using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Volumes;

public sealed partial class VolumeService
{
    /// <summary>Volumes by name, id or pattern. A literal name or id that does not exist is an error beside the others.</summary>
    public Task<VirtVolumeList> GetAsync(GetVirtVolume request, Call call)
    {
        var all = entries.Values.Where(static e => e.Phase is not VolumePhase.Creating).OrderBy(static e => e.Name, StringComparer.OrdinalIgnoreCase).ToList();
        var isAll = request.Names.Length == 0 && request.Ids.Length == 0;
        return Task.FromResult(new VirtVolumeList
        {
            Items = [.. all.Where(e => isAll || request.Ids.Contains(e.Id) || request.Names.Any(name => NamePattern.Matches(name, e.Name))).Select(e => request.IncludeSize ? Show(e) with { SizeBytes = SizeOf(e, call) } : Show(e))],
            Errors = ResourceName.Missing(Kind, request.Names, request.Ids, all.ConvertAll(static e => (e.Id, e.Name))),
        });
    }

    /// <summary>Makes an empty volume, which gets what the image of the first that uses it has at its place.</summary>
    /// <exception cref="VirtException">InvalidArgument; AlreadyExists.</exception>
    public Task<VirtVolume> NewAsync(NewVirtVolume request, Call call) => MakeAsync("create", request.Name, new VolumeSpec { Labels = request.Labels, IsNew = true }, call, static entry =>
    {
        Directory.CreateDirectory(entry.Part);
        return Task.CompletedTask;
    });

    /// <summary>Makes a volume that holds what another one holds, or held.</summary>
    /// <exception cref="VirtException">NotFound (also of the checkpoint); InvalidArgument; AlreadyExists; ResourceExhausted.</exception>
    public async Task<VirtVolume> CopyAsync(CopyVirtVolume request, Call call)
    {
        var source = Find("copy", request.Id, request.Name);
        using var held = await LockAsync("copy", source, call.Cancellation).ConfigureAwait(false);
        var from = request.CheckpointName.Length == 0 ? source.Data : source.FolderOf(CheckpointOf("copy", source, request.CheckpointName).Id);
        var spec = new VolumeSpec { Labels = source.Spec.Labels, IsNew = source.Spec.IsNew && request.CheckpointName.Length == 0 };
        return await MakeAsync("create", request.NewName, spec, call, entry => trees.CopyAsync($"Cannot copy volume '{source.Name}'", source.Name, from, entry.Part, call.Cancellation)).ConfigureAwait(false);
    }

    /// <summary>Makes a volume that holds what a tar archive holds.</summary>
    /// <exception cref="VirtException">NotFound (the file); InvalidArgument; AlreadyExists; ResourceExhausted; Internal: it cannot be read.</exception>
    public Task<VirtVolume> ImportAsync(ImportVirtVolume request, Call call)
    {
        CheckPath("import", request.Name, request.Path);
        return File.Exists(request.Path)
            ? MakeAsync("import", request.Name, new VolumeSpec { Labels = request.Labels }, call, entry => trees.UnpackAsync($"Cannot import volume '{request.Name}'", request.Name, request.Path, entry.Part, call.Cancellation))
            : throw new VirtException(ErrorCode.NotFound, "ArchiveNotFound", $"Cannot import volume '{request.Name}': the host has no file '{request.Path}'.", request.Path, $"ls -l '{request.Path}'");
    }

    /// <summary>Writes what a volume holds into a tar archive on the host.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; AlreadyExists (the file); ResourceExhausted.</exception>
    public async Task<VirtVolume> ExportAsync(ExportVirtVolume request, Call call)
    {
        var entry = Find("export", request.Id, request.Name);
        call.WorksOn(entry.Name);
        CheckPath("export", entry.Name, request.Path);
        if (!IsArchive(request.Path))
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "ArchiveFormUnknown", $"Cannot export volume '{entry.Name}': '{request.Path}' does not end as an archive that is written; {string.Join(", ", ArchiveEnds[..^1])} and {ArchiveEnds[^1]} are.", request.Path, $"Export-VirtVolume {entry.Name} -Path '{Path.ChangeExtension(request.Path, "tar")}'");
        }

        using var held = await LockAsync("export", entry, call.Cancellation).ConfigureAwait(false);
        if (File.Exists(request.Path) || Directory.Exists(request.Path))
        {
            throw new VirtException(ErrorCode.AlreadyExists, "ArchiveExists", $"Cannot export volume '{entry.Name}': '{request.Path}' is there already.", request.Path, $"Export-VirtVolume {entry.Name} -Path '{AnotherPath(request.Path)}'");
        }

        if (!call.WhatIf)
        {
            await using var rollback = new Rollback();
            var partial = UnfinishedFiles.PartialOf(request.Path);
            using var noted = unfinished.Begin(partial);
            rollback.Add($"remove '{partial}'", () => File.Delete(partial));
            await trees.PackAsync($"Cannot export volume '{entry.Name}'", entry.Name, entry.Data, partial, call.Cancellation).ConfigureAwait(false);
            FileTree.SyncOne(partial);
            await FaultPoint.ReachAsync(VolumeFaults.ExportFilled, call.Cancellation).ConfigureAwait(false);
            File.Move(partial, request.Path, overwrite: false);
            rollback.Commit();
        }

        return Show(entry);
    }

    // Of those that tar(1) writes by itself, what every system reads.
    private static readonly string[] ArchiveEnds = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tzst"];

    private static bool IsArchive(string path) => Array.Exists(ArchiveEnds, end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    // What it holds, each file once, whatever its names; without its checkpoints. Of one that changes meanwhile, about so much.
    private static long SizeOf(VolumeEntry entry, Call call)
    {
        long bytes = 0;
        var seen = new HashSet<ulong>();
        foreach (var file in FileTree.Entries(entry.Data))
        {
            call.Cancellation.ThrowIfCancellationRequested();
            bytes += file.IsFile && seen.Add(file.Inode) ? file.Size : 0;
        }

        return bytes;
    }

    private static void CheckPath(string verb, string name, string path)
    {
        if (!path.StartsWith('/') || path.Contains('\0') || path.Split('/').Contains("..") || !Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {verb} volume '{name}': '{path}' is not the absolute path of a file in a folder of the host, without '..'.", path, $"Export-VirtVolume {name} -Path /srv/{name}.tar.gz");
        }
    }

    // With the end that says how it is compressed.
    private static string AnotherPath(string path)
    {
        var end = path.LastIndexOf(".tar", StringComparison.Ordinal) is > 0 and var at ? at : path.Length;
        for (var number = 2; ; number++)
        {
            var other = FormattableString.Invariant($"{path[..end]}-{number}{path[end..]}");
            if (!Path.Exists(other))
            {
                return other;
            }
        }
    }

    private async Task<VirtVolume> MakeAsync(string verb, string name, VolumeSpec spec, Call call, Func<VolumeEntry, Task> fill)
    {
        ResourceName.Check(verb, Kind, name);
        call.WorksOn(name);
        var entry = new VolumeEntry(VolumeEntry.NewRow(Guid.NewGuid(), name, spec, time.GetUtcNow()), folder);
        if (FindByName(name) is not null || (!call.WhatIf && !table.TryInsert(entry.Row)))
        {
            throw ResourceName.Taken(verb, Kind, name);
        }

        if (call.WhatIf)
        {
            return Show(entry);
        }

        await using var rollback = new Rollback();
        rollback.Add($"remove volume '{name}'", () => Delete(entry));
        await FaultPoint.ReachAsync(VolumeFaults.NewWritten, call.Cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(folder, Private);
        Directory.CreateDirectory(entry.Folder, Private);
        await fill(entry).ConfigureAwait(false);
        if (verb == "create" && Directory.GetFileSystemEntries(entry.Part).Length == 0)
        {
            File.SetUnixFileMode(entry.Part, Open); // whatever umask the agent has: others than root pass through
        }

        Directory.Move(entry.Part, entry.Data);
        await FaultPoint.ReachAsync(VolumeFaults.NewFilled, call.Cancellation).ConfigureAwait(false);
        entry.Set(table, VolumePhase.Ready);
        entries[entry.Id] = entry;
        rollback.Commit();
        Tell(entry, VirtEventAction.Created);
        return Show(entry);
    }
}
