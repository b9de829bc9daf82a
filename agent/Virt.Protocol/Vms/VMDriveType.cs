namespace Virt;

/// <summary>What a drive holds.</summary>
public enum VMDriveType
{
    /// <summary>A disk image, which stays in it.</summary>
    HardDisk = 0,

    /// <summary>A DVD image, only read, which may be another one at any time, or none.</summary>
    Dvd = 1,
}
