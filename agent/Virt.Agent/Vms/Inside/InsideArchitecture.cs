using System.Runtime.InteropServices;

namespace Virt.Agent.Vms.Inside;

/// <summary>What uname(1) calls an architecture.</summary>
internal static class InsideArchitecture
{
    /// <summary>Whether a guest can run this host's agent.</summary>
    public static bool Fits(string machine) => machine == (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64");
}
