using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>Where one image can be had: its registry's mirrors, then the registry itself. The first that gives something is asked first for what is wanted next.</summary>
/// <param name="clients">In the order to ask; one at least.</param>
internal sealed class RegistrySource(IReadOnlyList<RegistryClient> clients)
{
    private volatile int first;

    /// <summary>Asks one after the other, until one gives what is wanted.</summary>
    /// <exception cref="VirtException">What the last one, the registry itself, has failed with.</exception>
    public async Task<T> AskAsync<T>(Func<RegistryClient, Task<T>> ask)
    {
        for (var i = first; ; i++)
        {
            try
            {
                var answer = await ask(clients[i]).ConfigureAwait(false);
                first = Math.Max(first, i);
                return answer;
            }
            catch (VirtException e) when (i + 1 < clients.Count)
            {
                AgentLog.Warning($"Mirror '{clients[i].Name}' is passed over: {e.Message}");
            }
        }
    }
}
