namespace Virt.Agent.Vms;

/// <summary>A disk image that another one is a copy-on-write child of; only read.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>.</param>
public sealed record VmDiskLayer(string Path, string Format);
