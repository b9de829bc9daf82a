namespace Virt.Agent.Vms;

/// <summary>Something that is opened for QEMU and given to it as a descriptor, so that QEMU itself need not be able to reach it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">Its path.</param>
public sealed record QemuDescriptor(QemuDescriptorKind Kind, string Path);
