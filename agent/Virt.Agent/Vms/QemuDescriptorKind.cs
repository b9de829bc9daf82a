namespace Virt.Agent.Vms;

/// <summary>How a descriptor for QEMU is opened.</summary>
public enum QemuDescriptorKind
{
    /// <summary>A Unix socket that listens.</summary>
    Listener = 0,

    /// <summary>A file, for reading.</summary>
    Read = 1,

    /// <summary>A file, for reading and writing.</summary>
    ReadWrite = 2,

    /// <summary>The machine's link into its network.</summary>
    Tap = 3,

    /// <summary>The file in memory that its serial console is written to.</summary>
    Console = 4,

    /// <summary>One end of a connection whose other end is for the machine's swtpm.</summary>
    Tpm = 5,

    /// <summary>What a file of firmware has, in memory.</summary>
    Firmware = 6,
}
