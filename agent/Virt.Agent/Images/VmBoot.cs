namespace Virt.Agent.Images;

/// <summary>How an image's kernel is booted. Paths are relative to the image's folder.</summary>
/// <remarks>What has a default is set and not init: the generated JSON reader gives null, not the default, for an init property that is missing.</remarks>
public sealed record VmBoot
{
    /// <summary>A kernel that every firmware can start (x86: a bzImage with the EFI stub).</summary>
    public required string Kernel { get; init; }

    /// <summary>The same kernel as an ELF file, which starts sooner by PVH; null where there is none.</summary>
    public string? PvhKernel { get; set; }

    /// <summary>Its initramfs; null where it needs none.</summary>
    public string? Initrd { get; set; }

    /// <summary>Its command line; <c>{name}</c> stands for the machine's name.</summary>
    public string CommandLine { get; set; } = "";
}
