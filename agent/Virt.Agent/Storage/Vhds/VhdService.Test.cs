using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>Test-VHD.</content>
public sealed partial class VhdService
{
    /// <summary>Looks whether a disk image and everything below it is there and sound; mends the image itself.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; WrongState; Conflict; DataLoss: it cannot even be opened.</exception>
    public async Task<VHDTest> TestAsync(TestVHD request, Call call)
    {
        const string Verb = "test";
        var path = VhdPath.Existing(Verb, request.Path);
        call.WorksOn(path);
        var repairs = request.Repair && !call.WhatIf;
        if (repairs)
        {
            CheckMayChange(Verb, path);
        }

        await using var held = await HoldAsync(Verb, isReading: !repairs, call, path).ConfigureAwait(false);
        var image = await ExamineAsync(Verb, path, call.Cancellation).ConfigureAwait(false);
        if (image.Users.FirstOrDefault(user => !user.IsOff && (user.Use == VhdUse.Disk || repairs)) is { } user)
        {
            throw VhdErrors.WrongState(Verb, path, user, "Stopped");
        }

        RefuseWriting(Verb, path).Dispose();
        var result = new VHDTest { Path = path, Chain = [.. image.Parents.Select(static parent => parent.Path)] };
        if (image.MissingParent is { } missing)
        {
            result.MissingParentPath = missing;
            result.Message = $"What it stands on, '{missing}', is not there; without it what it holds cannot be read.";
            return result;
        }

        try
        {
            call.Report($"Testing disk '{path}'", "reading its tables");
            var own = repairs ? await RepairAsync(image).ConfigureAwait(false) : await disks.CheckAsync(path, image.FormatName, isRepairing: false, call.Cancellation).ConfigureAwait(false);
            result.CorruptionCount = own?.Corruptions ?? 0;
            result.LeakedClusterCount = own?.Leaks ?? 0;
            result.RepairedCount = own?.Repaired ?? 0;
            var isMarked = image.Info.IsMarkedCorrupt && !(repairs && own is { IsSound: true });
            result.IsSound = own is not { IsSound: false } && !isMarked;
            result.Message = Say(own, isMarked);
            foreach (var (parent, info) in image.Parents)
            {
                if (await disks.CheckAsync(parent, info.Format, isRepairing: false, call.Cancellation).ConfigureAwait(false) is { IsSound: false } below)
                {
                    result.IsSound = false;
                    result.Message = FormattableString.Invariant($"What it stands on, '{parent}', has {below.Corruptions} damaged places.");
                }
            }

            return result;
        }
        catch (DiskException e)
        {
            throw VhdErrors.From(Verb, path, e);
        }
    }

    private static string Say(DiskCheck? check, bool isMarked) => check switch
    {
        null => "It can be read; its format has nothing more that could be checked.",
        { IsSound: false } => FormattableString.Invariant($"{check.Corruptions} of its tables' entries are wrong, or the file was cut off: data may be gone."),
        _ when isMarked => "QEMU has marked it corrupt and opens it for writing no more; -Repair is required.",
        { Leaks: > 0 } => FormattableString.Invariant($"It is sound; {check.Leaks} blocks are lost to it, which -Repair gives back."),
        { Repaired: > 0 } => FormattableString.Invariant($"It is sound; {check.Repaired} places were mended."),
        _ => "It is sound.",
    };

    // To its end: half of it is worse than none.
    private async Task<DiskCheck?> RepairAsync(VhdImage image)
    {
        var id = Guid.NewGuid();
        table.TryInsert(NewRow(id, VhdPhase.Changing, new VhdSpec { Path = image.Path }));
        try
        {
            await FaultPoint.ReachAsync(VhdFaults.Written).ConfigureAwait(false);
            return await Tools(id, null).CheckAsync(image.Path, image.FormatName, isRepairing: true, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            table.Delete(id);
        }
    }
}
