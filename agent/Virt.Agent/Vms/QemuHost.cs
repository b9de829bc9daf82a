using System.Runtime.InteropServices;

namespace Virt.Agent.Vms;

/// <summary>What of the host decides how QEMU is started.</summary>
/// <param name="Architecture">The host's, and so the guests'.</param>
/// <param name="Accelerator"><c>kvm</c> or <c>tcg</c>.</param>
/// <param name="Firmware">What firmware is installed.</param>
/// <param name="HasVhost">The kernel itself can move a guest's packets (/dev/vhost-net).</param>
public sealed record QemuHost(Architecture Architecture, string Accelerator, Firmware Firmware, bool HasVhost = false);
