namespace Virt;

/// <summary>The CPU that a virtual machine has.</summary>
public enum VMArchitecture
{
    /// <summary>That of its host.</summary>
    Host = 0,

    /// <summary>x86-64.</summary>
    X64 = 1,

    /// <summary>ARM of 64 bits, AArch64.</summary>
    Arm64 = 2,
}
