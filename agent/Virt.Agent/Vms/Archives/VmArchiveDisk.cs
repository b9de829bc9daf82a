using System;
using Virt.Protocol;

namespace Virt.Agent.Vms.Archives;

/// <summary>What an archive says of a disk beside the first.</summary>
public sealed record VmArchiveDisk
{
    /// <summary>The disk as the guest sees it.</summary>
    public long SizeBytes { get; set; }

    /// <summary>What the guest sees it behind.</summary>
    public VMControllerType Controller { get; set; } = VMControllerType.SCSI;

    /// <summary>Reads and writes a second, at most; 0: no limit.</summary>
    public long MaximumIops { get; set; }

    /// <summary>Bytes read and written a second, at most; 0: no limit.</summary>
    public long MaximumBytesPerSecond { get; set; }

    /// <summary>Of a machine's drive.</summary>
    internal static VmArchiveDisk Of(VmDrive drive) => new()
    {
        SizeBytes = drive.Media!.SizeBytes,
        Controller = drive.Controller,
        MaximumIops = drive.Media.MaximumIops,
        MaximumBytesPerSecond = drive.Media.MaximumBytesPerSecond,
    };

    /// <summary>The drive of a machine that is made of the archive.</summary>
    /// <param name="machine">The machine's name, for errors.</param>
    /// <param name="spec">The machine, with what it has already.</param>
    /// <param name="isArm">It is for arm64.</param>
    /// <param name="pathOf">From the drive's name to its file.</param>
    /// <exception cref="VirtException">InvalidArgument: a limit; ResourceExhausted: there is no place for it.</exception>
    internal VmDrive Make(string machine, VmSpec spec, bool isArm, Func<string, string> pathOf)
    {
        VmDriveRules.CheckLimits("import", machine, VMDriveType.HardDisk, MaximumIops, MaximumBytesPerSecond);
        var controller = !Enum.IsDefined(Controller) || (isArm && Controller == VMControllerType.SATA) ? VMControllerType.SCSI : Controller;
        var name = VmDriveRules.NameOf(spec, VMDriveType.HardDisk);
        return new VmDrive
        {
            Id = Guid.NewGuid(),
            Name = name,
            Type = VMDriveType.HardDisk,
            Controller = controller,
            Place = VmDriveRules.PlaceOf(machine, spec, VMDriveType.HardDisk, controller, isRunning: false),
            Media = new VmDisk { Path = pathOf(name), Format = "qcow2", SizeBytes = SizeBytes, IsNew = true, MaximumIops = MaximumIops, MaximumBytesPerSecond = MaximumBytesPerSecond },
        };
    }
}
