namespace Virt.Agent.Patching;

/// <summary>The steps of a patch of one workload, in their order. Their names are what <see cref="PatchStep.Name"/> shows; their numbers are stored.</summary>
public enum PatchStepKind
{
    /// <summary>Is it as planned, and can it be patched?</summary>
    Preflight = 0,

    /// <summary>Keep what it can be put back to.</summary>
    Checkpoint = 1,

    /// <summary>Bring the packages to their versions.</summary>
    Apply = 2,

    /// <summary>Of a container: put the new one in the old one's place.</summary>
    Replace = 3,

    /// <summary>Of a VM: reboot the guest.</summary>
    Reboot = 4,

    /// <summary>Does it work?</summary>
    Health = 5,

    /// <summary>It stays: let go of what it could have been put back to, or keep that.</summary>
    Keep = 6,

    /// <summary>It is put back as it was.</summary>
    PutBack = 7,
}
