namespace Virt.Agent.Vms;

/// <summary>A disk image that another one is a copy-on-write child of; only read, until the child is merged into it.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>.</param>
/// <param name="IsOwn">A checkpoint of the machine keeps it: what stands on it may be merged into it, unless a linked copy of the machine stands on it too.</param>
/// <param name="IsLent">Another machine's, of which this one is a linked copy (docs/adr/0022).</param>
public sealed record VmDiskLayer(string Path, string Format, bool IsOwn = false, bool IsLent = false);
