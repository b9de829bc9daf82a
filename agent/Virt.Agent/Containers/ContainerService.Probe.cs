using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>Asks whether a TCP port takes a connection, from inside the container's network.</summary>
    /// <exception cref="VirtException">NotFound. A container that does not run is a result, not an error.</exception>
    public Task<ProbeResult> ProbeTcpAsync(Guid id, int port, TimeSpan timeout, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Asks an HTTP address from inside the container's network; 200 to 399 is a success.</summary>
    /// <param name="id">The container.</param>
    /// <param name="url"><c>http://</c> and an IP address, <c>localhost</c> or the container's host name.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="VirtException">NotFound; InvalidArgument (the address).</exception>
    public Task<ProbeResult> ProbeHttpAsync(Guid id, Uri url, TimeSpan timeout, CancellationToken cancellation) => throw new NotImplementedException();
}
