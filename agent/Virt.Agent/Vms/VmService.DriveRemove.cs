using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Remove-VMHardDiskDrive and Remove-VMDvdDrive, and what becomes of drives to which something was half done.</summary>
public sealed partial class VmService
{
    private const string RemoveDriveVerb = "remove a drive of";

    /// <summary>Takes a drive out of a machine, also while that runs. Its image stays unless the request says otherwise.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument (the first disk); WrongState (also: not while it runs); Timeout: the guest does not let go of it; Unavailable (QEMU).</exception>
    public async Task<VMDrive> RemoveDriveAsync(RemoveVMDrive request, Call call)
    {
        var (entry, drive) = FindDrive(RemoveDriveVerb, request.Id, request.Name, request.VMId, request.VMName, request.Type);
        call.WorksOn(entry.Name);
        if (drive is null)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "FirstDisk", $"Cannot {RemoveDriveVerb} VM '{entry.Name}': '{VmDriveRules.FirstDisk}' is the disk that it was made with, and goes with it.", entry.Name, $"Remove-VM {entry.Name}");
        }

        using var held = await LockAsync(RemoveDriveVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckDrive(RemoveDriveVerb, entry.Name, entry.State);
        drive = FindDrive(RemoveDriveVerb, entry, drive.Name, request.Type)!;
        if (!drive.IsIndependent)
        {
            CheckHeldStay(RemoveDriveVerb, entry, drive);
        }

        var isRunning = VmStates.IsAlive(entry.State);
        if (isRunning && (drive.Controller == VMControllerType.SATA || drive is { Controller: not VMControllerType.SCSI, Place: null }))
        {
            var why = drive.Controller == VMControllerType.SATA ? "SATA drives come and go only while it is off" : $"'{drive.Name}' was there when it was started, and is in no hot-plug port";
            throw VmDriveRules.NeedsStop(entry.Name, drive.Type, why, drive.Type == VMDriveType.Dvd ? $"Set-VMDvdDrive {entry.Name} {drive.Name} -Path ''" : $"Get-VMHardDiskDrive {entry.Name}", RemoveDriveVerb);
        }

        var shown = Show(entry, drive);
        if (call.WhatIf)
        {
            return shown;
        }

        drive = drive with { Step = request.DeleteDisk ? VmPartStep.Deleting : VmPartStep.Removing };
        SetDrive(entry, drive, drive);
        await FaultPoint.ReachAsync(VmDriveFaults.RemoveRecorded).ConfigureAwait(false);
        if (isRunning)
        {
            try
            {
                await UnplugAsync(entry, drive, request.Timeout, call).ConfigureAwait(false);
            }
            catch
            {
                SetDrive(entry, drive, drive with { Step = VmPartStep.None });
                throw;
            }
        }

        await FinishRemoveDriveAsync(entry, drive).ConfigureAwait(false);
        entry.Tell(VirtEventAction.Changed, $"Its drive '{drive.Name}' is gone.");
        return shown;
    }

    private async Task UnplugAsync(VmEntry entry, VmDrive drive, TimeSpan timeout, Call call)
    {
        call.Report($"Removing drive '{drive.Name}' of VM '{entry.Name}'", "waiting for the guest to let go of it");
        if (!await AskQemuAsync(RemoveDriveVerb, entry.Name, entry.Session, session => session.UnplugAsync(drive.Name, timeout, call.Cancellation)).ConfigureAwait(false))
        {
            throw new VirtException(ErrorCode.Timeout, "UnplugTimeout", $"Cannot {RemoveDriveVerb} VM '{entry.Name}': the guest has not let go of '{drive.Name}' within {timeout.TotalSeconds:0} s.", entry.Name, $"Stop-VM {entry.Name}");
        }

        await FaultPoint.ReachAsync(VmDriveFaults.Unplugged).ConfigureAwait(false);
    }

    // The guest does not have it any more. May be repeated.
    private async Task FinishRemoveDriveAsync(VmEntry entry, VmDrive drive)
    {
        await CloseMediaAsync(entry, drive).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmDriveFaults.Closed).ConfigureAwait(false);
        RemoveMedia(entry, drive, isDeleted: drive.Step == VmPartStep.Deleting);
        SetDrive(entry, drive, null);
    }

    // Under the lock, after an agent that ended meanwhile: each drive is as it was or as it was to be.
    private async Task SettleDrivesAsync(VmEntry entry)
    {
        var isAlive = VmStates.IsAlive(entry.Phase);
        foreach (var drive in entry.Spec.Drives.Where(static drive => drive.Step != VmPartStep.None).ToList())
        {
            if (isAlive && entry.Session is null)
            {
                // Nobody can say how far it has come; it is asked again by the next agent.
                return;
            }

            var isThere = isAlive && await entry.Session!.HasDeviceAsync(drive.Name, CancellationToken.None).ConfigureAwait(false);
            switch (drive.Step)
            {
                case VmPartStep.Adding when !isThere:
                    await CloseMediaAsync(entry, drive).ConfigureAwait(false);
                    RemoveMedia(entry, drive, isDeleted: drive.Media is { IsNew: true });
                    SetDrive(entry, drive, null);
                    break;
                case VmPartStep.Removing or VmPartStep.Deleting when !isThere:
                    await FinishRemoveDriveAsync(entry, drive).ConfigureAwait(false);
                    break;
                case VmPartStep.Changing when isThere:
                    await ChangeMediaAsync(entry, entry.Session!, drive).ConfigureAwait(false);
                    SetDrive(entry, drive, drive with { Step = VmPartStep.None });
                    break;
                default:
                    if (isThere)
                    {
                        await LimitAsync(entry.Session!, drive.Name, drive.Media).ConfigureAwait(false);
                    }

                    SetDrive(entry, drive, drive with { Step = VmPartStep.None });
                    break;
            }
        }
    }
}
