using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>Resize-VHD.</content>
public sealed partial class VhdService
{
    /// <summary>Makes a disk larger, also under a guest that runs; or smaller, where that is allowed.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; WrongState; Conflict; NotSupported; DataLoss; ResourceExhausted.</exception>
    public async Task<VHD> ResizeAsync(ResizeVHD request, Call call)
    {
        const string Verb = "resize";
        var path = VhdPath.Existing(Verb, request.Path);
        call.WorksOn(path);
        CheckMayChange(Verb, path);
        var size = CheckSize(Verb, path, request.SizeBytes);
        await using var held = await HoldAsync(Verb, isReading: false, call, path).ConfigureAwait(false);
        var image = await ExamineAsync(Verb, path, call.Cancellation).ConfigureAwait(false);
        var running = image.Users.FirstOrDefault(static user => user.IsRunning && user.Use == VhdUse.Disk);
        CheckResize(Verb, image, size, request.AllowShrink, running);
        if (running is null)
        {
            CheckNotHeld(Verb, path);
            await CheckSoundAsync(Verb, image, call.Cancellation).ConfigureAwait(false);
        }

        var isFixed = image.Type == VHDType.Fixed && running is null;
        CheckRoom(Verb, path, Path.GetDirectoryName(path)!, isFixed ? Math.Max(0, size - image.Info.SizeBytes) : 0);
        if (call.WhatIf || size == image.Info.SizeBytes)
        {
            var shown = Show(image);
            shown.SizeBytes = size;
            return shown;
        }

        // From here on it is done to its end: it takes no time, and half of it nobody wants.
        var id = Guid.NewGuid();
        table.TryInsert(NewRow(id, VhdPhase.Changing, new VhdSpec { Path = path }));
        try
        {
            await FaultPoint.ReachAsync(VhdFaults.Written).ConfigureAwait(false);
            await (running is not null
                ? users.GrowAsync(Verb, running.Id, path, size, call)
                : Tools(id, null).ResizeAsync(path, image.FormatName, size, size < image.Info.SizeBytes, isFixed, CancellationToken.None)).ConfigureAwait(false);
            await FaultPoint.ReachAsync(VhdFaults.Resized).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VhdErrors.From(Verb, path, e);
        }
        finally
        {
            await RefreshAsync(path).ConfigureAwait(false);
            table.Delete(id);
        }

        return Show(await ExamineAsync(Verb, path, call.Cancellation).ConfigureAwait(false));
    }

    private void CheckResize(string verb, VhdImage image, long size, bool allowShrink, VhdUser? running)
    {
        var path = image.Path;
        if (image.Format is not (VHDFormat.Qcow2 or VHDFormat.Raw))
        {
            throw VhdErrors.NotSupported(verb, path, "DiskFormatNotSupported", $"its format is {VhdFormats.WordOf(image.Format)}; qcow2 or raw is required", $"Convert-VHD -Path '{path}' -DestinationPath '{Path.ChangeExtension(path, "qcow2")}'");
        }

        if (image.Users.FirstOrDefault(static user => user.Use != VhdUse.Disk) is { } stands)
        {
            throw VhdErrors.BelongsTo(verb, path, stands, "and must not change");
        }

        if (image.Users.FirstOrDefault(user => !user.IsOff && user != running) is { } busy)
        {
            throw VhdErrors.WrongState(verb, path, busy, "Stopped or Running");
        }

        if (image.Users.FirstOrDefault(static user => user.HasCheckpoints) is { } kept)
        {
            throw VhdErrors.BelongsTo(verb, path, kept, "whose checkpoints have the size that it has; no checkpoint is required");
        }

        if (size >= image.Info.SizeBytes)
        {
            return;
        }

        if (!allowShrink)
        {
            throw VhdErrors.Invalid(verb, path, "DiskWouldShrink", $"it has {ByteText.Of(image.Info.SizeBytes)} and would shrink to {ByteText.Of(size)}, by which whatever is beyond that is lost; -AllowShrink is required", $"Resize-VHD -Path '{path}' -SizeBytes {size} -AllowShrink");
        }

        if (running is not null)
        {
            throw VhdErrors.WrongState(verb, path, running, "Stopped, for it to shrink,");
        }

        if (image.Info.HasSnapshots)
        {
            throw VhdErrors.NotSupported(verb, path, "DiskHasSnapshots", "it has snapshots of its own inside, which are as large as it is", $"qemu-img snapshot -l '{path}'");
        }

        CheckNoChildren(verb, path, []);
    }

    private static void CheckNotHeld(string verb, string path)
    {
        if (HolderOf(path) is { Id: not 0 })
        {
            throw VhdErrors.From(verb, path, new DiskException(DiskProblem.InUse, path, "another process has it"));
        }
    }

    // The machines that have it know how large it is.
    private async Task RefreshAsync(string path)
    {
        foreach (var user in users.Find(path).Where(static user => user.Use == VhdUse.Disk))
        {
            await users.RefreshAsync(user.Id, path).ConfigureAwait(false);
        }
    }
}
