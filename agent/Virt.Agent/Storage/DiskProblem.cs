namespace Virt.Agent.Storage;

/// <summary>What is wrong with a disk image, as far as somebody can do something about it.</summary>
public enum DiskProblem
{
    /// <summary>Something else; the detail says what.</summary>
    Other = 0,

    /// <summary>There is no such file.</summary>
    Missing = 1,

    /// <summary>Another process, such as a running VM, uses it.</summary>
    InUse = 2,

    /// <summary>It is no disk image, or a damaged one.</summary>
    Damaged = 3,

    /// <summary>The file system is full.</summary>
    NoSpace = 4,

    /// <summary>A file of that name is there already.</summary>
    Exists = 5,

    /// <summary>There is no such folder.</summary>
    NoFolder = 6,
}
