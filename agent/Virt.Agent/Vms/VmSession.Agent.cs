using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Links;

namespace Virt.Agent.Vms;

/// <summary>The agent inside: whether it is there, and the link to it, which is there as long as somebody in the guest listens at its port.</summary>
internal sealed partial class VmSession
{
    private TaskCompletionSource<LinkHost> agentLink = NewAgentLink();
    private bool isAgentPortLent;

    /// <summary>Only one at a time looks whether the agent is there, and puts it there.</summary>
    public SemaphoreSlim AgentGate { get; } = new(1, 1);

    /// <summary>Somebody in the guest listens at the agent's port.</summary>
    public bool IsAgentOpen { get; private set; }

    /// <summary>The agent in the guest is the one that is to be there.</summary>
    public bool IsAgentChecked { get; set; }

    /// <summary>Opens a stream to the agent inside, as soon as that takes part.</summary>
    /// <param name="user">Who it is for.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null: whoever listened has gone meanwhile.</returns>
    /// <exception cref="LinkException">There are as many as there may be.</exception>
    public async Task<LinkStream?> OpenAgentAsync(string user, CancellationToken cancellation)
    {
        Task<LinkHost> awaited;
        lock (gate)
        {
            awaited = agentLink.Task;
        }

        var link = await awaited.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await link.OpenAsync(user, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Takes the port for other bytes, until <see cref="TakeAgentPortBack"/>.</summary>
    /// <returns>The bytes to and from whoever listens in the guest, now or next.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">QEMU is gone.</exception>
    public async Task<Stream> LendAgentPortAsync()
    {
        lock (gate)
        {
            isAgentPortLent = true;
        }

        await CloseAgentAsync().ConfigureAwait(false);
        return Open(folder.AgentSocket);
    }

    /// <summary>Takes the port for the link again.</summary>
    public void TakeAgentPortBack()
    {
        lock (gate)
        {
            isAgentPortLent = false;
            OpenAgentUnderLock();
        }
    }

    private static TaskCompletionSource<LinkHost> NewAgentLink() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnAgent(bool isOpen)
    {
        lock (gate)
        {
            IsAgentOpen = isOpen;
            OpenAgentUnderLock();
        }

        if (!isOpen)
        {
            _ = Task.Run(async () => await CloseAgentAsync().ConfigureAwait(false));
        }
    }

    private void OpenAgentUnderLock()
    {
        if (IsAgentOpen && !isAgentPortLent && !agentLink.Task.IsCompleted && !leaving.IsCancellationRequested)
        {
            agentLink.SetResult(new LinkHost(() => Open(folder.AgentSocket), time));
        }
    }

    // Begun anew where somebody listens by now.
    private async Task CloseAgentAsync()
    {
        LinkHost? closing;
        lock (gate)
        {
            closing = agentLink.Task.IsCompleted ? agentLink.Task.Result : null;
            agentLink = closing is null ? agentLink : NewAgentLink();
        }

        if (closing is not null)
        {
            await closing.DisposeAsync().ConfigureAwait(false);
        }

        lock (gate)
        {
            OpenAgentUnderLock();
        }
    }
}
