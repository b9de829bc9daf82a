using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>
    /// Works in a throw-away container: the same image, layers, environment and limits as the given one, in the host's network, without its volumes
    /// and without anything that it has written. It is gone when this returns, and after a crash of the agent.
    /// </summary>
    /// <exception cref="VirtException">NotFound; what kept it from starting; what the work throws.</exception>
    public Task<T> InThrowAwayAsync<T>(Guid containerId, Func<ContainerShell, CancellationToken, Task<T>> work, Call call) => throw new NotImplementedException();
}
