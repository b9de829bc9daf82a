using System;

namespace Virt.Agent.Storage;

/// <summary>
/// Who may run a VM on a disk; stands in a file beside it, because file systems' and QEMU's locks do not reach from one host to another on NFS, iSCSI or NBD
/// (docs/adr/0008). Written when the VM is made or taken over, read before every start.
/// </summary>
public sealed record DiskLease
{
    /// <summary>The host that owns the VM.</summary>
    public required Guid HostId { get; init; }

    /// <summary>That host's name, for people.</summary>
    public required string HostName { get; init; }

    /// <summary>The VM.</summary>
    public required Guid VMId { get; init; }

    /// <summary>The VM's name, for people.</summary>
    public required string VMName { get; init; }

    /// <summary>How often the VM has changed its owner: the higher one is right.</summary>
    public required long Epoch { get; init; }

    /// <summary>New with every writing: who reads the same number reaches the very same disk.</summary>
    public required Guid Nonce { get; init; }
}
