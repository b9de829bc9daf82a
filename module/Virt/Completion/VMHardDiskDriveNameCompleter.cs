namespace Virt.Completion;

/// <summary>Completes the names of disks.</summary>
public sealed class VMHardDiskDriveNameCompleter : VMDriveNameCompleter
{
    private protected override VMDriveType Type => VMDriveType.HardDisk;
}
