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
        var entry = Find("wait for", request.Id, request.Name);
        Func<ContainerEntry, bool> condition = request.For switch
        {
            WaitCondition.Running => static e => e.State == ContainerState.Running,
            WaitCondition.Stopped => static e => e.State is ContainerState.Stopped or ContainerState.Failed or ContainerState.Created,
            WaitCondition.Port when request.Port is > 0 and < 65536 => e => e.Process is { } process && PortProbe.Accepts(process.PidFd, request.Port, OwnAddresses(e)),
            WaitCondition.Port => throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidPort", $"Cannot wait for container '{entry.Name}': {request.Port} is no TCP port; 1 to 65535 are.", entry.Name, $"Wait-Container -Name {entry.Name} -For Port -Port 80"),
            _ => throw new VirtException(
                ErrorCode.NotSupported,
                "ConditionNotSupported",
                $"Cannot wait for container '{entry.Name}': a container never has {request.For}; Running, Stopped and Port can be waited for.",
                entry.Name,
                $"Wait-Container -Name {entry.Name} -For Running"),
        };

        var met = request.For == WaitCondition.Port
            ? await PollAsync(entry, condition, request.Timeout, call).ConfigureAwait(false)
            : await UntilAsync(entry, condition, request.Timeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Timeout, call).ConfigureAwait(false);
        return met ? Show(entry) : throw new VirtException(
            ErrorCode.Timeout,
            "ContainerWaitTimeout",
            $"Cannot wait longer for container '{entry.Name}': after {request.Timeout.TotalSeconds:0.#} s it is {entry.State}; {Words(request)} was awaited.",
            entry.Name,
            $"Get-Container -Name {entry.Name}");
    }

    private static string Words(WaitContainer request) => request.For == WaitCondition.Port ? $"a connection to its port {request.Port}" : $"{request.For}";

    // True once the condition holds; false after the time. Zero is not for ever here.
    private async Task<bool> UntilAsync(ContainerEntry entry, Func<ContainerEntry, bool> condition, TimeSpan timeout, Call call)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, call.Cancellation);
        while (true)
        {
            var changed = entry.Changed;
            if (entry.IsRemoved)
            {
                throw new VirtException(ErrorCode.NotFound, "ContainerNotFound", $"Cannot wait for container '{entry.Name}': it was removed meanwhile.", entry.Name, "Get-Container");
            }

            if (condition(entry))
            {
                return true;
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
