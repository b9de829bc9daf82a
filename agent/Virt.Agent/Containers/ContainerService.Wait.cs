using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Netlink;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private static readonly TimeSpan PortPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for a condition.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported; Timeout, which says why not yet.</exception>
    public async Task<Container> WaitAsync(WaitContainer request, Call call)
    {
        if (request.For == WaitCondition.Stopped && !IsThere(request) && gone.Find(request.Id, request.Name) is { } last)
        {
            return last;
        }

        var entry = Find("wait for", request.Id, request.Name);
        Func<ContainerEntry, bool> condition = request.For switch
        {
            WaitCondition.Running => static e => e.State == ContainerState.Running,
            WaitCondition.Stopped => static e => e.State is ContainerState.Stopped or ContainerState.Failed or ContainerState.Created || HasGone(e),
            WaitCondition.Healthy when entry.Spec.Health is not null => static e => e.Health.State == WorkloadHealth.Healthy,
            WaitCondition.Port when request.Port is > 0 and < 65536 => e => e.Process is { } process && PortProbe.Accepts(process.PidFd, request.Port, OwnAddresses(e)),
            WaitCondition.Port => throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidPort", $"Cannot wait for container '{entry.Name}': {request.Port} is no TCP port; 1 to 65535 are.", entry.Name, $"Wait-Container -Name {entry.Name} -For Port -Port 80"),
            _ => throw new VirtException(
                ErrorCode.NotSupported,
                "ConditionNotSupported",
                $"Cannot wait for container '{entry.Name}': it never has {request.For}; Running, Stopped, Port and, with a health check, Healthy can be waited for.",
                entry.Name,
                $"Wait-Container -Name {entry.Name} -For Running"),
        };

        var met = request.For == WaitCondition.Port
            ? await PollAsync(entry, condition, request.Timeout, call).ConfigureAwait(false)
            : await UntilAsync(entry, condition, request.Timeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Timeout, call).ConfigureAwait(false);
        return met ? ShowEnded(entry) : throw new VirtException(
            ErrorCode.Timeout,
            "ContainerWaitTimeout",
            $"Cannot wait longer for container '{entry.Name}': after {request.Timeout.TotalSeconds:0.#} s it is {entry.State}; {Words(request)} was awaited.",
            entry.Name,
            $"Get-Container -Name {entry.Name}");
    }

    private bool IsThere(WaitContainer request) => request.Id != Guid.Empty ? entries.ContainsKey(request.Id) : FindByName(request.Name) is not null;

    private static string Words(WaitContainer request) => request.For == WaitCondition.Port ? $"a connection to its port {request.Port}" : $"{request.For}";

    // True once the condition holds; false after the time. Zero is not for ever here.
    private async Task<bool> UntilAsync(ContainerEntry entry, Func<ContainerEntry, bool> condition, TimeSpan timeout, Call call)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, call.Cancellation);
        while (true)
        {
            var changed = entry.Changed;
            if (condition(entry))
            {
                return true;
            }

            if (entry.IsRemoved)
            {
                throw new VirtException(ErrorCode.NotFound, "ContainerNotFound", $"Cannot wait for container '{entry.Name}': it was removed meanwhile.", entry.Name, "Get-Container");
            }

            try
            {
                await changed.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
            {
                return condition(entry);
            }
        }
    }

    private async Task<bool> PollAsync(ContainerEntry entry, Func<ContainerEntry, bool> condition, TimeSpan timeout, Call call)
    {
        var start = time.GetTimestamp();
        while (!condition(entry))
        {
            if (timeout > TimeSpan.Zero && time.GetElapsedTime(start) > timeout)
            {
                return false;
            }

            // No event tells of a port; a change of state may end the pause early.
            await UntilAsync(entry, static _ => false, PortPause, call).ConfigureAwait(false);
        }

        return true;
    }
}
