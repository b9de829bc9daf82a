using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Protocol;

namespace Virt.Agent.Vms.Install;

/// <summary>The machine that an installer comes up in: pure.</summary>
internal static class InstallSpec
{
    /// <summary>With an empty disk, the ISO image, and what else the installer looks for.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="answer">The answer file.</param>
    /// <param name="id">Its id.</param>
    /// <param name="disk">Where its disk is made.</param>
    /// <param name="answers">Where the disk with its answers is.</param>
    /// <param name="architecture">The guest's.</param>
    public static VmSpec Of(InstallVMImage request, AnswerFile answer, Guid id, string disk, string answers, Architecture architecture)
    {
        var isArm = architecture == Architecture.Arm64;
        var network = NewVMCheck.NetworkOf(request.SwitchName);

        // Every system has a driver for SATA. But of a Linux it is surer that it has those of the buses that its disk is on.
        var sata = isArm ? VMControllerType.SCSI : VMControllerType.SATA;
        var media = new List<(string Path, VMControllerType Controller)> { (request.IsoPath, sata) };
        if (answer.HasDisk)
        {
            media.Add((answers, answer.Kind == AnswerKind.Windows ? sata : VMControllerType.SCSI));
        }

        if (request.DriverIsoPath is { } drivers)
        {
            media.Add((drivers, sata));
        }

        return new VmSpec
        {
            MemoryBytes = NewVMCheck.RoundUp(request.MemoryBytes, 1 << 20),
            ProcessorCount = request.ProcessorCount,
            Generation = request.Generation,
            StartsKernel = false,
            Disk = new VmDisk { Path = disk, Format = "qcow2", SizeBytes = NewVMCheck.RoundUp(request.SizeBytes, 512), IsNew = true },
            Network = network,
            MacAddress = network is null ? null : MacAddress.Of(id),
            VideoAdapter = isArm ? VMVideoAdapter.Virtio : VMVideoAdapter.VGA,
            HasScsiController = true,
            Drives =
            [
                .. media.Select((medium, place) => new VmDrive
                {
                    Id = Guid.NewGuid(),
                    Name = FormattableString.Invariant($"dvd{place}"),
                    Type = VMDriveType.Dvd,
                    Controller = medium.Controller,
                    Place = place,
                    IsReadOnly = true,
                    Media = new VmDisk { Path = medium.Path, Format = "raw", SizeBytes = 0, IsNew = false },
                }),
            ],
        };
    }
}
