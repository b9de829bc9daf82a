using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace Virt.Agent.Vms;

/// <summary>The firmware that distributions install beside QEMU; null where it is not there.</summary>
/// <param name="UefiCode">UEFI itself, only read.</param>
/// <param name="UefiVariables">Its variables as they are at first: each machine gets a copy.</param>
/// <param name="Qboot">A small BIOS that starts a PVH kernel at once.</param>
/// <param name="SecureCode">UEFI with secure boot, only read.</param>
/// <param name="SecureVariables">Its variables, with the keys of those who sign for everybody.</param>
public sealed record Firmware(string? UefiCode, string? UefiVariables, string? Qboot, string? SecureCode = null, string? SecureVariables = null)
{
    // Debian and Ubuntu; older releases have the 2 MB build only. Code and variables must be of one build.
    private static readonly (Architecture Architecture, string Code, string Variables)[] Uefi =
    [
        (Architecture.X64, "usr/share/OVMF/OVMF_CODE_4M.fd", "usr/share/OVMF/OVMF_VARS_4M.fd"),
        (Architecture.X64, "usr/share/OVMF/OVMF_CODE.fd", "usr/share/OVMF/OVMF_VARS.fd"),
        (Architecture.Arm64, "usr/share/AAVMF/AAVMF_CODE.no-secboot.fd", "usr/share/AAVMF/AAVMF_VARS.fd"),
        (Architecture.Arm64, "usr/share/AAVMF/AAVMF_CODE.fd", "usr/share/AAVMF/AAVMF_VARS.fd"),
    ];

    private static readonly (string Code, string Variables)[] Secure =
    [
        ("usr/share/OVMF/OVMF_CODE_4M.secboot.fd", "usr/share/OVMF/OVMF_VARS_4M.ms.fd"),
        ("usr/share/OVMF/OVMF_CODE.secboot.fd", "usr/share/OVMF/OVMF_VARS.ms.fd"),
    ];

    /// <summary>UEFI with secure boot or without; null: there is none.</summary>
    public string? CodeOf(bool isSecure) => isSecure ? SecureCode : UefiCode;

    /// <summary>The variables that go with it.</summary>
    public string? VariablesOf(bool isSecure) => isSecure ? SecureVariables : UefiVariables;

    /// <summary>Looks for it.</summary>
    /// <param name="root">The root of /usr; <c>/</c> but in tests.</param>
    /// <param name="architecture">The host's.</param>
    public static Firmware Find(string root, Architecture architecture)
    {
        var (_, code, variables) = Uefi.FirstOrDefault(f => f.Architecture == architecture && Exists(f.Code) && Exists(f.Variables));
        var (secureCode, secureVariables) = Secure.FirstOrDefault(f => architecture == Architecture.X64 && Exists(f.Code) && Exists(f.Variables));
        const string QbootPath = "usr/share/qemu/qboot.rom";
        return new Firmware(
            code is null ? null : Path.Combine(root, code),
            variables is null ? null : Path.Combine(root, variables),
            architecture == Architecture.X64 && Exists(QbootPath) ? Path.Combine(root, QbootPath) : null,
            secureCode is null ? null : Path.Combine(root, secureCode),
            secureVariables is null ? null : Path.Combine(root, secureVariables));

        bool Exists(string path) => File.Exists(Path.Combine(root, path));
    }
}
