using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Set-VMHardDiskDrive and Set-VMDvdDrive.</summary>
public sealed partial class VmService
{
    private const string SetDriveVerb = "change a drive of";

    /// <summary>Changes a drive, also while its machine runs: limits, and what a DVD drive holds.</summary>
    /// <exception cref="VirtException">NotFound (machine, drive, image); InvalidArgument; WrongState; Unavailable (QEMU).</exception>
    public async Task<VMDrive> SetDriveAsync(SetVMDrive request, Call call)
    {
        var (entry, drive) = FindDrive(SetDriveVerb, request.Id, request.Name, request.VMId, request.VMName, request.Type);
        var name = drive?.Name ?? VmDriveRules.FirstDisk;
        call.WorksOn(entry.Name);
        VmDriveRules.CheckLimits(SetDriveVerb, entry.Name, request.Type, request.MaximumIOPS, request.MaximumBytesPerSecond);
        using var held = await LockAsync(SetDriveVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckDrive(SetDriveVerb, entry.Name, entry.State);
        drive = FindDrive(SetDriveVerb, entry, name, request.Type);
        if (drive is null)
        {
            return await SetFirstAsync(entry, request, call).ConfigureAwait(false);
        }

        var to = drive with
        {
            Media = drive.Media is not { } media ? null : Limited(media, request),
            IsIndependent = request.IsIndependent ?? drive.IsIndependent,
        };
        if (to.IsIndependent != drive.IsIndependent)
        {
            CheckHeldStay(SetDriveVerb, entry, drive);
        }

        var isChanged = request.Path is not null && request.Path != (drive.Media?.Path ?? "");
        if (isChanged)
        {
            try
            {
                to = to with { Media = request.Path!.Length == 0 ? null : PlanDvd(SetDriveVerb, entry.Name, request.Path) };
            }
            catch (DiskException e)
            {
                throw VmErrors.Disk(SetDriveVerb, entry.Name, e);
            }
        }

        if (call.WhatIf)
        {
            return Show(entry, to);
        }

        if (!VmStates.IsAlive(entry.State))
        {
            SetDrive(entry, drive, to);
        }
        else if (!isChanged)
        {
            await AskQemuAsync(SetDriveVerb, entry.Name, entry.Session, session => LimitNowAsync(session, to.Name, to.Media)).ConfigureAwait(false);
            SetDrive(entry, drive, to);
        }
        else
        {
            SetDrive(entry, drive, to with { Step = VmPartStep.Changing });
            await FaultPoint.ReachAsync(VmDriveFaults.ChangeRecorded).ConfigureAwait(false);
            try
            {
                await AskQemuAsync(SetDriveVerb, entry.Name, entry.Session, session => ChangeMediaAsync(entry, session, to)).ConfigureAwait(false);
            }
            catch (VirtException)
            {
                // The door is open, and nothing is in it.
                SetDrive(entry, drive, drive with { Media = null });
                throw;
            }

            SetDrive(entry, drive, to);
        }

        entry.Tell(VirtEventAction.Changed, $"Its drive '{to.Name}' is another.");
        return Show(entry, to);
    }

    private async Task<VMDrive> SetFirstAsync(VmEntry entry, SetVMDrive request, Call call)
    {
        if (request.IsIndependent == true)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "FirstDisk", $"Cannot {SetDriveVerb} VM '{entry.Name}': its first disk is what checkpoints hold, and cannot be independent of them.", entry.Name, $"Get-VMHardDiskDrive {entry.Name}");
        }

        var to = entry.Spec with { Disk = Limited(entry.Spec.Disk!, request) };
        if (call.WhatIf)
        {
            return ShowFirst(entry)! with { MaximumIOPS = to.Disk.MaximumIops, MaximumBytesPerSecond = to.Disk.MaximumBytesPerSecond };
        }

        if (VmStates.IsAlive(entry.State))
        {
            await AskQemuAsync(SetDriveVerb, entry.Name, entry.Session, session => LimitNowAsync(session, QemuArguments.DiskDevice, to.Disk)).ConfigureAwait(false);
        }

        entry.Set(table, entry.Phase, entry.Run, to);
        entry.Tell(VirtEventAction.Changed, "The limits of its first disk are others.");
        return ShowFirst(entry)!;
    }

    private static VmDisk Limited(VmDisk disk, SetVMDrive request) => disk with
    {
        MaximumIops = request.MaximumIOPS ?? disk.MaximumIops,
        MaximumBytesPerSecond = request.MaximumBytesPerSecond ?? disk.MaximumBytesPerSecond,
    };

    // Also where there is none any more.
    private static Task LimitNowAsync(VmSession session, string name, VmDisk? media) =>
        media is null ? Task.CompletedTask : session.LimitAsync(name, media.MaximumIops, media.MaximumBytesPerSecond, CancellationToken.None);

    // May be repeated from anywhere in it.
    private static async Task ChangeMediaAsync(VmEntry entry, VmSession session, VmDrive to)
    {
        await session.EjectAsync(to.Name, CancellationToken.None).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmDriveFaults.Ejected).ConfigureAwait(false);
        await OpenMediaAsync(entry, session, to).ConfigureAwait(false);
        await session.InsertAsync(to.Name, to.Media is not null, CancellationToken.None).ConfigureAwait(false);
    }
}
