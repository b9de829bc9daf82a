namespace Virt.Agent.Vms;

/// <summary>How a QEMU is started that takes over a guest from another one.</summary>
/// <param name="MachineType">The versioned machine type that the guest knows, such as <c>pc-q35-7.2</c>.</param>
public sealed record QemuIncoming(string MachineType);
