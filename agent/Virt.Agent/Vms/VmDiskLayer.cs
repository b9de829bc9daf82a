namespace Virt.Agent.Vms;

/// <summary>A disk image that another one is a copy-on-write child of; only read, until the child is merged into it.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>.</param>
/// <param name="IsOwn">A checkpoint of the machine keeps it: nobody else reads it, and what stands on it may be merged into it.</param>
public sealed record VmDiskLayer(string Path, string Format, bool IsOwn = false);
