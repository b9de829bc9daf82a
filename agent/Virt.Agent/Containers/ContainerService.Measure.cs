using System;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Measures what a container uses, once or until it ends; each measurement is an item.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument.</exception>
    public async Task<Nothing> MeasureAsync(MeasureContainer request, Call call)
    {
        var entry = Find("measure", request.Id, request.Name);
        ContainerStates.CheckAlive("measure", entry.Name, entry.State);
        if (request.Interval < ShortestInterval)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidInterval", $"Cannot measure container '{entry.Name}': an interval of {request.Interval.TotalMilliseconds:0} ms is too short; 10 ms is the least.", entry.Name, $"Measure-Container {entry.Name}");
        }

        var process = entry.Process;
        var (before, start) = (Usage(entry), time.GetTimestamp());
        do
        {
            await Task.WhenAny(process?.Exited ?? Task.CompletedTask, Task.Delay(request.Interval, time, call.Cancellation)).ConfigureAwait(false);
            call.Cancellation.ThrowIfCancellationRequested();
            if (entry.Process != process || !ContainerStates.IsAlive(entry.State))
            {
                break;
            }

            var (now, end) = (Usage(entry), time.GetTimestamp());
            var passed = time.GetElapsedTime(start, end);
            await call.SendItemAsync(ContainerMeasurement.WireFormat, now with
            {
                CpuPercent = now.CpuTime - before.CpuTime is { } used && passed > TimeSpan.Zero ? Math.Round(100 * used.TotalSeconds / passed.TotalSeconds, 1) : null,
            }).ConfigureAwait(false);
            (before, start) = (now, end);
        }
        while (request.Continuous);

        return new Nothing();
    }

    private ContainerMeasurement Usage(ContainerEntry entry)
    {
        var cgroup = cgroups.Open(entry.Run!.Cgroup);
        var usage = cgroups.ReadUsage(entry.Run.Cgroup);
        var (received, sent) = entry.Spec.Network == ContainerNetwork.Host ? default
            : entry.Spec.IsMachine ? TrafficOfMachine(entry) : Traffic(entry.Process?.ProcessId ?? 0);
        return new ContainerMeasurement
        {
            Name = entry.Name,
            Time = time.GetUtcNow(),
            CpuTime = cgroup.ReadCpuTime(),
            MemoryBytes = usage.MemoryBytes,
            MemoryLimitBytes = entry.Spec.MemoryBytes,
            ProcessCount = usage.ProcessCount,
            ReceivedBytes = received,
            SentBytes = sent,
            ReadBytes = cgroup.ReadBlockBytes("read", "rbytes"),
            WrittenBytes = cgroup.ReadBlockBytes("write", "wbytes"),
        };
    }

    // proc_pid_net(5): after the link's name eight fields of what came in, then eight of what went out.
    private static (long? Received, long? Sent) Traffic(int processId)
    {
        try
        {
            long received = 0, sent = 0;
            foreach (var line in File.ReadLines($"/proc/{processId}/net/dev"))
            {
                var colon = line.IndexOf(':');
                if (colon < 0 || line[..colon].Trim() == "lo")
                {
                    continue;
                }

                var fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                received += long.Parse(fields[0], CultureInfo.InvariantCulture);
                sent += long.Parse(fields[8], CultureInfo.InvariantCulture);
            }

            return (received, sent);
        }
        catch (IOException)
        {
            return default;
        }
    }
}
