using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>Merge-VHD.</content>
public sealed partial class VhdService
{
    /// <summary>Writes what a differencing disk has into one below it, and deletes it and what stands between.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; WrongState; Conflict; NotSupported; DataLoss; ResourceExhausted.</exception>
    public async Task<VHD> MergeAsync(MergeVHD request, Call call)
    {
        const string Verb = "merge";
        var path = VhdPath.Existing(Verb, request.Path);
        call.WorksOn(path);
        var first = await ExamineAsync(Verb, path, call.Cancellation).ConfigureAwait(false);
        var files = Select(Verb, first, request.DestinationPath);
        await using var held = await HoldAsync(Verb, isReading: false, call, [.. files]).ConfigureAwait(false);

        // As it is now that nobody else is at it.
        var image = await ExamineAsync(Verb, path, call.Cancellation).ConfigureAwait(false);
        if (!Select(Verb, image, request.DestinationPath).SequenceEqual(files, StringComparer.Ordinal))
        {
            throw VhdErrors.Busy(Verb, path);
        }

        await CheckMergeAsync(Verb, image, files, call).ConfigureAwait(false);
        var target = files[^1];
        if (call.WhatIf)
        {
            return Show(await ExamineAsync(Verb, target, call.Cancellation).ConfigureAwait(false));
        }

        var id = Guid.NewGuid();
        var spec = new VhdSpec { Path = target, Child = path, Delete = [.. files.Take(files.Count - 1)] };
        table.TryInsert(NewRow(id, VhdPhase.Merging, spec));
        try
        {
            await FaultPoint.ReachAsync(VhdFaults.Written).ConfigureAwait(false);
            var progress = new VhdProgress(call, $"Merging disk '{path}'", $"writing it into '{target}'", image.Info.SizeBytes, time);
            await CommitAsync(id, spec, progress.Read).ConfigureAwait(false);
            await FaultPoint.ReachAsync(VhdFaults.Merged).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            // The disk on top reads as before, whatever is below it by now.
            table.Delete(id);
            throw VhdErrors.From(Verb, path, e);
        }

        Finish(id, spec);
        return Show(await ExamineAsync(Verb, target, call.Cancellation).ConfigureAwait(false));
    }

    // To its end, since what is below is neither the old nor the new one meanwhile.
    private async Task CommitAsync(Guid id, VhdSpec spec, Action<ReadOnlyMemory<byte>>? onOutput)
    {
        await Tools(id, onOutput).CommitIntoAsync(spec.Child!, spec.Path, CancellationToken.None).ConfigureAwait(false);
        await Task.Run(() => Sync(spec.Path)).ConfigureAwait(false);
    }

    // The disk itself, what stands between, and the one that it goes into.
    private static List<string> Select(string verb, VhdImage image, string destination)
    {
        if (image.MissingParent is { } missing)
        {
            throw VhdErrors.NoParent(verb, image.Path, missing);
        }

        if (image.Type != VHDType.Differencing)
        {
            throw VhdErrors.Invalid(verb, image.Path, "DiskNotDifferencing", $"it is {image.Type} and stands on nothing; Differencing is required", $"Get-VHD -Path '{image.Path}'");
        }

        var identity = destination.Length == 0 ? null : FileIdentity.Read(VhdPath.Existing(verb, destination));
        var count = identity is null ? 0 : image.Parents.Select(static parent => parent.Path).ToList().FindIndex(parent => identity.IsSame(FileIdentity.Read(parent)));
        return count < 0
            ? throw VhdErrors.Invalid(verb, image.Path, "DiskNotBelow", $"it does not stand on '{destination}'; one of {string.Join(", ", image.Parents.Select(static parent => $"'{parent.Path}'"))} is required", $"(Get-VHD -Path '{image.Path}').Chain")
            : [image.Path, .. image.Parents.Take(count + 1).Select(static parent => parent.Path)];
    }

    private async Task CheckMergeAsync(string verb, VhdImage image, List<string> files, Call call)
    {
        foreach (var file in files)
        {
            CheckMayChange(verb, file);
            if (users.Find(file) is { Count: > 0 } have)
            {
                throw have[0].IsOff
                    ? VhdErrors.BelongsTo(verb, file, have[0], "which would not find it any more, or find another content in it")
                    : VhdErrors.WrongState(verb, file, have[0], "no VM on it");
            }

            CheckNotHeld(verb, file);
            CheckNoChildren(verb, file, files);
        }

        await CheckSoundAsync(verb, image, call.Cancellation).ConfigureAwait(false);
        var (target, info) = image.Parents[files.Count - 2];
        if (info.Format is not ("qcow2" or "raw"))
        {
            throw VhdErrors.NotSupported(verb, image.Path, "DiskFormatNotSupported", $"'{target}' has the format {VhdFormats.WordOf(VhdFormats.OfName(info.Format))}; qcow2 or raw is required", $"Convert-VHD -Path '{image.Path}' -DestinationPath '{Path.ChangeExtension(image.Path, "merged.qcow2")}'");
        }

        if (info.HasSnapshots)
        {
            throw VhdErrors.NotSupported(verb, image.Path, "DiskHasSnapshots", $"'{target}' has snapshots of its own inside", $"qemu-img snapshot -l '{target}'");
        }

        // All that is above may be new to it.
        var comes = image.Info.AllocatedBytes + image.Parents.Take(files.Count - 2).Sum(static parent => parent.Info.AllocatedBytes);
        CheckRoom(verb, image.Path, Path.GetDirectoryName(target)!, comes);
    }
}
