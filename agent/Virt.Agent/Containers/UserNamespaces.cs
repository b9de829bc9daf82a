using System;
using System.Collections.Concurrent;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>Ranges of the host's ids for containers, and the user and network namespaces over them; some of all are ready ahead of the next new containers.</summary>
internal sealed class UserNamespaces : IDisposable
{
    private const int ReadyCount = 4;
    private readonly Keeper keeper;
    private readonly HostIds ids = new();
    private readonly ConcurrentQueue<uint> waiting = new();
    private readonly ConcurrentDictionary<uint, NamespacePair> ready = new();
    private volatile bool isDisposed;

    public UserNamespaces(Keeper keeper) => this.keeper = keeper;

    /// <summary>Takes what a stored container has; 0 is none.</summary>
    public void Keep(uint first)
    {
        if (first != 0)
        {
            ids.Keep(first);
        }
    }

    /// <summary>Takes a range for a container.</summary>
    /// <exception cref="VirtException">ResourceExhausted.</exception>
    public uint Take(string name)
    {
        var first = waiting.TryDequeue(out var known) ? known : ids.Take();
        return first != 0 ? first : throw new VirtException(
            ErrorCode.ResourceExhausted,
            "HostIdsExhausted",
            $"Cannot create container '{name}': all {HostIds.Count} ranges of the host's user ids are taken by containers.",
            name,
            $"New-Container -Name {name} -UserNamespace Host");
    }

    /// <summary>Gives a range back; 0 is none.</summary>
    public void Give(uint first)
    {
        if (ready.TryRemove(first, out var pair))
        {
            pair.Dispose();
        }

        ids.Give(first);
    }

    /// <summary>The user namespace over a range; the caller disposes it.</summary>
    /// <exception cref="LinuxException">The host does not let us.</exception>
    public async Task<SafeFileHandle> OpenAsync(uint first)
    {
        if (!ready.TryRemove(first, out var pair))
        {
            return await keeper.MakeUserNamespaceAsync(first, HostIds.Size).ConfigureAwait(false);
        }

        pair.Network?.Dispose();
        return pair.User;
    }

    /// <summary>The same with a network namespace that it owns.</summary>
    /// <exception cref="LinuxException">The host does not let us.</exception>
    public async Task<NamespacePair> OpenWithNetworkAsync(uint first) =>
        ready.TryRemove(first, out var pair) ? pair : await keeper.MakeNamespacesAsync(first, HostIds.Size).ConfigureAwait(false);

    /// <summary>Off the path of any request: makes some ready.</summary>
    public async Task FillAsync()
    {
        while (!isDisposed && ready.Count < ReadyCount && ids.Take() is var first and not 0)
        {
            try
            {
                ready[first] = await keeper.MakeNamespacesAsync(first, HostIds.Size).ConfigureAwait(false);
                waiting.Enqueue(first);
            }
            catch (LinuxException)
            {
                // Whoever starts a container is told.
                ids.Give(first);
                return;
            }
        }

        if (isDisposed)
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        isDisposed = true;
        foreach (var first in ready.Keys)
        {
            if (ready.TryRemove(first, out var pair))
            {
                pair.Dispose();
            }
        }
    }
}
