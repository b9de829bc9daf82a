using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Wait-VM.</summary>
public sealed partial class VmService
{
    // What no event tells of (addresses, ports) is asked for this often.
    private static readonly TimeSpan WaitPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for a condition.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; WrongState where it cannot come any more; Timeout, which says why not yet.</exception>
    public async Task<VM> WaitAsync(WaitVM request, Call call)
    {
        var entry = Find("wait for", request.Id, request.Name);
        if (request.For == WaitCondition.Port && request.Port is < 1 or > 65535)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPort", $"Cannot wait for VM '{entry.Name}': {request.Port} is no TCP port; 1 to 65535 are.", entry.Name, $"Wait-VM -Name {entry.Name} -For Port -Port 80");
        }

        call.WorksOn(entry.Name);
        call.Report($"Waiting for VM '{entry.Name}'", $"awaiting {Words(request)}");
        using var limit = new CancellationTokenSource(request.Timeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        try
        {
            while (true)
            {
                var changed = entry.Changed;
                if (entry.IsRemoved)
                {
                    throw new VirtException(ErrorCode.NotFound, "VMNotFound", $"Cannot wait for VM '{entry.Name}': it was removed meanwhile.", entry.Name, "Get-VM");
                }

                if (await IsMetAsync(entry, request, either.Token).ConfigureAwait(false))
                {
                    return Show(entry);
                }

                await Task.WhenAny(changed, Task.Delay(WaitPause, time, either.Token)).ConfigureAwait(false);
                either.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException e) when (!call.Cancellation.IsCancellationRequested)
        {
            throw new VirtException(
                ErrorCode.Timeout,
                "VMWaitTimeout",
                FormattableString.Invariant($"Cannot wait longer for VM '{entry.Name}': {Words(request)} was awaited for {request.Timeout.TotalSeconds:0.###} s, but {await WhyNotAsync(entry, request.For).ConfigureAwait(false)}."),
                entry.Name,
                $"Get-VM -Name {entry.Name}",
                e);
        }
    }

    private static string Words(WaitVM request) => request.For switch
    {
        WaitCondition.GuestAgent => "the answer of its guest agent",
        WaitCondition.IPAddress => "an address",
        WaitCondition.Port => FormattableString.Invariant($"a listener on its TCP port {request.Port}"),
        WaitCondition.Healthy => "its being healthy",
        WaitCondition.Stopped => "its end",
        _ => "its running",
    };

    private async Task<bool> IsMetAsync(VmEntry entry, WaitVM request, CancellationToken cancellation)
    {
        switch (request.For)
        {
            case WaitCondition.Running:
                return entry.State == VMState.Running;
            case WaitCondition.Stopped:
                return entry.State is VMState.Stopped or VMState.Failed;
        }

        if (entry.State is not (VMState.Running or VMState.Stopping) || entry.Session is not { IsGuestAgentOpen: true } session)
        {
            return false;
        }

        if (request.For == WaitCondition.GuestAgent && !session.IsGuestAgentAnswering)
        {
            session.RefreshBeside();
            return false;
        }

        if (IsBeingRenewed(entry) && session.IsGuestAgentAnswering)
        {
            return false;
        }

        if (request.For == WaitCondition.GuestAgent && session.IsGuestAgentFresh)
        {
            return true;
        }

        await session.RefreshAsync(AnswerLimit, cancellation).ConfigureAwait(false);
        return !IsBeingRenewed(entry) && request.For switch
        {
            WaitCondition.IPAddress => session.Addresses.Count > 0,
            WaitCondition.Port => session.IsGuestAgentAnswering && await IsListeningAsync(session, request.Port, cancellation).ConfigureAwait(false),
            WaitCondition.Healthy => entry.HealthBy(session, isExpected: true) == WorkloadHealth.Healthy,
            _ => session.IsGuestAgentAnswering,
        };
    }

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    // Asked inside the guest: from outside nothing reaches it through QEMU's own network.
    private static async Task<bool> IsListeningAsync(VmSession session, int port, CancellationToken cancellation)
    {
        foreach (var path in new[] { "/proc/net/tcp", "/proc/net/tcp6" })
        {
            try
            {
                var text = Encoding.ASCII.GetString(await session.GuestAgent.ReadFileAsync(path, 1 << 20, AnswerLimit, cancellation).ConfigureAwait(false));
                if (ListeningPorts.Parse(text).Contains(port))
                {
                    return true;
                }
            }
            catch (Exception e) when (e is QgaException or TimeoutException or IOException)
            {
                // No IPv6, or no answer: not yet.
            }
        }

        return false;
    }

    private async Task<string> WhyNotAsync(VmEntry entry, WaitCondition awaited)
    {
        var state = entry.State;
        if (state is not VMState.Running || awaited == WaitCondition.Stopped || entry.Session is not { } session)
        {
            var status = entry.Session is { Status.Length: > 0 } paused ? paused.Status : entry.Run?.Status ?? "";
            return $"it is {state}{(status.Length > 0 ? $" ({VmErrors.Sentence(status)})" : "")}";
        }

        if (awaited == WaitCondition.Healthy && entry.Spec.Health is not null && entry.Health.Message is { Length: > 0 } answer)
        {
            return answer;
        }

        if (session.IsGuestAgentAnswering && IsBeingRenewed(entry))
        {
            return "its guest agent answers and its guest gets an identity of its own";
        }

        if (session.IsGuestAgentAnswering)
        {
            return session.Addresses.Count > 0 ? $"its guest agent answers and its address is {session.Addresses[0]}" : "its guest agent answers and tells of no address";
        }

        var agent = session.IsGuestAgentOpen ? "its guest agent does not answer" : "no guest agent listens in it yet";
        var line = LastConsoleLine(entry.Process);
        return line.Length > 0 ? $"{agent} (the last on its console: '{line}')" : agent;
    }
}
