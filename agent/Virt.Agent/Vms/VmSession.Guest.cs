using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;

namespace Virt.Agent.Vms;

/// <summary>The guest agent: whether it is there, and what it said last.</summary>
internal sealed partial class VmSession
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim refreshing = new(1, 1);
    private QgaClient? guestAgent;
    private long refreshed;
    private long answered;
    private volatile bool hasAnswered;
    private volatile bool isSilent;
    private volatile bool isGreeted;

    /// <summary>The guest has opened the agent's port: somebody listens.</summary>
    public bool IsGuestAgentOpen { get; private set; }

    /// <summary>The agent has answered the last time it was asked.</summary>
    public bool IsGuestAgentAnswering { get; private set; }

    /// <summary>It has answered a moment ago.</summary>
    public bool IsGuestAgentFresh => IsGuestAgentAnswering && time.GetElapsedTime(Volatile.Read(ref answered)) < FreshFor;

    /// <summary>The guest's addresses when it was last asked.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Its guest is not asked for its addresses: somebody is about to change them.</summary>
    public bool IsLeftAlone { get; set; }

    /// <summary>The agent, for commands. The caller has looked at <see cref="IsGuestAgentOpen"/>.</summary>
    public QgaClient GuestAgent
    {
        get
        {
            lock (gate)
            {
                return guestAgent ??= new QgaClient(() => Open(folder.GuestAgentSocket), time);
            }
        }
    }

    /// <summary>Whether the guest works, as far as its agent tells.</summary>
    /// <param name="isExpected">True where the image has an agent, so that its silence means something.</param>
    public WorkloadHealth Health(bool isExpected) => (IsGuestAgentOpen, IsGuestAgentAnswering, hasAnswered) switch
    {
        (true, true, _) => WorkloadHealth.Healthy,
        (_, _, true) => WorkloadHealth.Unhealthy,
        (false, _, false) when !isExpected => WorkloadHealth.None,
        _ => WorkloadHealth.Starting,
    };

    /// <summary>Asks the guest for its addresses, unless it was asked a moment ago. Never fails: what is known afterwards tells.</summary>
    /// <param name="timeout">How long the agent may take before it counts as not answering.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task RefreshAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        if (!IsGuestAgentOpen)
        {
            return;
        }

        await refreshing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (IsGuestAgentAnswering && time.GetElapsedTime(refreshed) < FreshFor)
            {
                return;
            }

            await AskAsync(timeout, cancellation).ConfigureAwait(false);
            refreshed = time.GetTimestamp();
        }
        finally
        {
            refreshing.Release();
        }
    }

    /// <summary>Has the guest asked, beside, unless that is being done: what is heard is told as a change.</summary>
    public void RefreshBeside()
    {
        if (refreshing.CurrentCount > 0)
        {
            AskGuestAgent();
        }
    }

    /// <summary>As <see cref="RefreshAsync"/> for who must not wait long: a guest that did not answer a moment ago, or that is being asked, is asked beside.</summary>
    public Task RefreshSoonAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        if (refreshing.CurrentCount == 0)
        {
            return Task.CompletedTask;
        }

        if (!isSilent)
        {
            return RefreshAsync(timeout, cancellation);
        }

        AskGuestAgent();
        return Task.CompletedTask;
    }

    private async Task AskAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            if (!isGreeted)
            {
                // What has just come up is slow to list its interfaces; that it is there is known before.
                await GuestAgent.PingAsync(timeout, cancellation).ConfigureAwait(false);
                isGreeted = true;
                SetAnswer(Addresses);
            }

            var addresses = await GuestAgent.GetAddressesAsync(timeout, cancellation).ConfigureAwait(false);
            SetAnswer([.. addresses.Select(static address => address.ToString())]);
        }
        catch (QgaException e) when (e.IsAnswer)
        {
            // It answers, and does not tell its addresses.
            SetAnswer([]);
        }
        catch (Exception e) when (e is TimeoutException or QgaException)
        {
            IsGuestAgentAnswering = false;
            isSilent = true;
        }
        catch (IOException)
        {
            IsGuestAgentAnswering = false;
            await CloseGuestAgentAsync().ConfigureAwait(false);
        }
    }

    private void SetAnswer(IReadOnlyList<string> addresses)
    {
        var isNews = !IsGuestAgentAnswering || !addresses.SequenceEqual(Addresses);
        Addresses = addresses;
        Volatile.Write(ref answered, time.GetTimestamp());
        IsGuestAgentAnswering = hasAnswered = true;
        isSilent = false;
        if (isNews)
        {
            onChange();
        }
    }

    private void OnGuestAgent(bool isOpen)
    {
        IsGuestAgentOpen = isOpen;
        IsGuestAgentAnswering = isSilent = isGreeted = false;
        if (!isOpen)
        {
            Addresses = [];
            return;
        }

        lock (gate)
        {
            guestAgent?.MeetAnother();
        }

        AskGuestAgent();
    }

    // A guest that came from another QEMU has its port open before it runs.
    private void AskGuestAgent()
    {
        if (!IsGuestAgentOpen || IsPaused || IsLeftAlone)
        {
            return;
        }

        _ = Task.Run(async () =>
        {
            try
            {
                await RefreshAsync(AnswerTimeout, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                AgentLog.Error("Could not speak to a guest agent", e);
            }
        });
    }

    private async ValueTask CloseGuestAgentAsync()
    {
        QgaClient? closing;
        lock (gate)
        {
            closing = guestAgent;
            guestAgent = null;
        }

        if (closing is not null)
        {
            await closing.DisposeAsync().ConfigureAwait(false);
        }
    }
}
