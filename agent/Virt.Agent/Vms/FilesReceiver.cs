using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms;

/// <summary>Receives files of a machine that comes from another host, one after the other, each on the disk afterwards.</summary>
/// <param name="paths">Where each of them is to be; nothing is there yet.</param>
/// <param name="cancellation">Ends it; what has come stays.</param>
public delegate Task FilesReceiver(IReadOnlyList<string> paths, CancellationToken cancellation);
