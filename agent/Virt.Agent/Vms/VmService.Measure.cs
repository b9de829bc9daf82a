using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Networks;
using Virt.Agent.Vms.Qga;
using Virt.Agent.Vms.Qmp;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Measure-VM.</summary>
public sealed partial class VmService
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan CountLimit = TimeSpan.FromSeconds(2);

    /// <summary>Measures what a machine uses, once or until it ends; each measurement is an item. What does not answer in time is left out.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument.</exception>
    public async Task<Nothing> MeasureAsync(MeasureVM request, Call call)
    {
        var entry = Find("measure", request.Id, request.Name);
        call.WorksOn(entry.Name);
        VmStates.CheckMeasure(entry.Name, entry.State);
        if (request.Interval < ShortestInterval)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidInterval", $"Cannot measure VM '{entry.Name}': an interval of {request.Interval.TotalMilliseconds:0} ms is too short; 10 ms is the least.", entry.Name, $"Measure-VM {entry.Name}");
        }

        if (entry.Process is not { } process)
        {
            throw VmErrors.NoMonitor("measure", entry.Name);
        }

        var (before, start) = (await CountAsync(entry, process, call.Cancellation).ConfigureAwait(false), time.GetTimestamp());
        do
        {
            await Task.WhenAny(process.Ended, Task.Delay(request.Interval, time, call.Cancellation)).ConfigureAwait(false);
            call.Cancellation.ThrowIfCancellationRequested();
            if (entry.Process != process || process.HasEnded || !VmStates.IsAlive(entry.State))
            {
                break;
            }

            var (now, end) = (await CountAsync(entry, process, call.Cancellation).ConfigureAwait(false), time.GetTimestamp());
            await call.SendItemAsync(VMMeasurement.WireFormat, Rates(before, now, time.GetElapsedTime(start, end))).ConfigureAwait(false);
            (before, start) = (now, end);
        }
        while (request.Continuous);

        return new Nothing();
    }

    internal static VMMeasurement Rates(VMMeasurement before, VMMeasurement now, TimeSpan passed)
    {
        return passed <= TimeSpan.Zero ? now : now with
        {
            CpuPercent = now.CpuTime - before.CpuTime is { } used ? CpuMeter.Percent(used, passed) : null,
            ReceivedBytesPerSecond = Rate(before.ReceivedBytes, now.ReceivedBytes),
            SentBytesPerSecond = Rate(before.SentBytes, now.SentBytes),
            ReadBytesPerSecond = Rate(before.ReadBytes, now.ReadBytes),
            WrittenBytesPerSecond = Rate(before.WrittenBytes, now.WrittenBytes),
        };

        // A guest that was reset meanwhile counts from zero again.
        long? Rate(long? from, long? to) => to - from is { } grown and >= 0 ? (long)(grown / passed.TotalSeconds) : null;
    }

    private async Task<VMMeasurement> CountAsync(VmEntry entry, VmProcess process, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(CountLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var usage = ProcessUsage.Read(process.Identity.Id);
        var counted = new VMMeasurement
        {
            Name = entry.Name,
            Time = time.GetUtcNow(),
            CpuTime = usage?.CpuTime,
            MemoryBytes = usage?.MemoryBytes,
            MemoryLimitBytes = entry.Spec.AllMemory(),
        };
        if (entry.Session is not { } session)
        {
            return counted;
        }

        try
        {
            counted = await CountNetworkAsync(entry, session, counted, either.Token).ConfigureAwait(false);
            var traffic = await session.ReadDiskTrafficAsync(either.Token).ConfigureAwait(false);
            return counted with
            {
                ReadBytes = traffic.ReadBytes,
                WrittenBytes = traffic.WrittenBytes,
                ReadCount = traffic.ReadCount,
                WriteCount = traffic.WriteCount,
                AssignedMemoryBytes = await session.ReadAssignedMemoryAsync(either.Token).ConfigureAwait(false),
            };
        }
        catch (Exception e) when (e is QmpException or QmpClosedException || e is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return counted;
        }
    }

    // What comes in at the machine's link, the guest has sent. QEMU's own network counts nothing, so there the guest is asked.
    private async Task<VMMeasurement> CountNetworkAsync(VmEntry entry, VmSession session, VMMeasurement counted, CancellationToken cancellation)
    {
        if (MembersOf(entry).Select(networks.TrafficOf).OfType<LinkTraffic>().ToList() is { Count: > 0 } links)
        {
            return counted with { ReceivedBytes = links.Sum(static link => link.SentBytes), SentBytes = links.Sum(static link => link.ReceivedBytes) };
        }

        if (entry.Spec.Network is null || entry.State != VMState.Running || !session.IsGuestAgentAnswering)
        {
            return counted;
        }

        try
        {
            var interfaces = await session.GuestAgent.GetInterfacesAsync(CountLimit / 2, cancellation).ConfigureAwait(false);
            return counted with { ReceivedBytes = interfaces.Sum(static i => i.ReceivedBytes), SentBytes = interfaces.Sum(static i => i.SentBytes) };
        }
        catch (Exception e) when (e is QgaException or TimeoutException or IOException)
        {
            return counted;
        }
    }
}
