namespace Virt.Agent.Vms;

/// <summary>The kernel that QEMU starts directly, with full paths.</summary>
/// <param name="Kernel">A kernel that every firmware can start.</param>
/// <param name="PvhKernel">The same as an ELF file for PVH; null where there is none.</param>
/// <param name="Initrd">Its initramfs; null where it needs none.</param>
/// <param name="CommandLine">Its command line.</param>
public sealed record QemuBoot(string Kernel, string? PvhKernel, string? Initrd, string CommandLine)
{
    /// <summary>What it starts writes UEFI variables that are to stay: an installer's boot entry.</summary>
    public bool HasVariables { get; init; }
}
