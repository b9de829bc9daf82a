using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <summary>The machines of this host, as far as their disks are concerned.</summary>
public interface IVhdUsers
{
    /// <summary>The paths of all machines' disks.</summary>
    IReadOnlyList<string> Paths { get; }

    /// <summary>The machines that have a disk image, by whatever name they know it.</summary>
    /// <param name="path">Its full path.</param>
    IReadOnlyList<VhdUser> Find(string path);

    /// <summary>Keeps a machine from being started or changed, until it is disposed.</summary>
    /// <param name="verb">What is to be done, for an error's text.</param>
    /// <param name="id">The machine.</param>
    /// <param name="call">Ends the wait.</param>
    /// <exception cref="VirtException">NotFound; Conflict: it is being moved.</exception>
    ValueTask<IDisposable> HoldAsync(string verb, Guid id, Call call);

    /// <summary>Lets a running machine's disk grow while its guest sees it. Under its lock.</summary>
    /// <exception cref="VirtException">Unavailable: QEMU does not answer. WrongState: it refused.</exception>
    Task GrowAsync(string verb, Guid id, string path, long sizeBytes, Call call);

    /// <summary>Reads anew how large a machine's disk is, and writes it down. Under its lock.</summary>
    Task RefreshAsync(Guid id, string path);
}
