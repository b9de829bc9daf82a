using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private static readonly TimeSpan FollowPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Sends what a container has written, and, where it is followed, what it goes on to write until it ends.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument.</exception>
    public async Task<Nothing> GetLogAsync(GetContainerLog request, Call call)
    {
        var entry = Find("read the log of", request.Id, request.Name);
        if (request.Tail < 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidTail", $"Cannot read the log of container '{entry.Name}': {request.Tail} lines were asked for; 0 is the least.", entry.Name, $"Get-ContainerLog -Name {entry.Name} -Tail 100");
        }

        using var following = request.Follow ? entry.Followers.Add() : null;
        // Whoever knows that it has ended can read all of its output, so the state is looked at before the file.
        var more = request.Follow && ContainerStates.IsAlive(entry.State);
        using var log = await OpenLogAsync(entry, more, call).ConfigureAwait(false);
        if (log is null)
        {
            return new Nothing();
        }

        if (request.Tail is { } last && !more)
        {
            await SendLastAsync(entry, log, last, request, call).ConfigureAwait(false);
            return new Nothing();
        }

        if (request.Tail is { } tail)
        {
            await SendAsync(entry, await log.ReadTailAsync(tail, call.Cancellation).ConfigureAwait(false), request, call).ConfigureAwait(false);
        }

        var lines = new List<LogEntry>();
        while (true)
        {
            while (await log.ReadAsync(lines, call.Cancellation).ConfigureAwait(false))
            {
                await SendAsync(entry, lines, request, call).ConfigureAwait(false);
                lines.Clear();
                if (log.TakeGap())
                {
                    await SendGapAsync(entry, call).ConfigureAwait(false);
                }
            }

            if (!more)
            {
                break;
            }

            await Task.WhenAny(entry.Changed, Task.Delay(FollowPause, time, call.Cancellation)).ConfigureAwait(false);
            call.Cancellation.ThrowIfCancellationRequested();
            more = ContainerStates.IsAlive(entry.State);
        }

        log.Finish(lines);
        await SendAsync(entry, lines, request, call).ConfigureAwait(false);
        return new Nothing();
    }

    // A line that was begun and not ended is one of them.
    private static async Task SendLastAsync(ContainerEntry entry, ContainerLog log, int count, GetContainerLog request, Call call)
    {
        var lines = new List<LogEntry>(await log.ReadTailAsync(count, call.Cancellation).ConfigureAwait(false));
        while (await log.ReadAsync(lines, call.Cancellation).ConfigureAwait(false))
        {
            // What came while the end was looked for.
        }

        log.Finish(lines);
        await SendAsync(entry, lines[Math.Max(0, lines.Count - count)..], request, call).ConfigureAwait(false);
    }

    // The keeper makes the file before the first process runs.
    private async Task<ContainerLog?> OpenLogAsync(ContainerEntry entry, bool isAlive, Call call)
    {
        var log = ContainerLog.Open(FolderOf(entry).Log);
        for (; log is null && isAlive; log = ContainerLog.Open(FolderOf(entry).Log))
        {
            await Task.Delay(FollowPause, time, call.Cancellation).ConfigureAwait(false);
            isAlive = ContainerStates.IsAlive(entry.State);
        }

        return log;
    }

    // Whatever is asked for: what is missing may have been among it.
    private ValueTask SendGapAsync(ContainerEntry entry, Call call) => call.SendItemAsync(ContainerLogEntry.WireFormat, new ContainerLogEntry
    {
        Name = entry.Name,
        Time = time.GetUtcNow(),
        Stream = LogStream.Lost,
        Line = "Lines may be missing here: it writes faster than they are read, and its log began anew more than once meanwhile; a larger -LogBytes keeps more.",
    });

    private static async Task SendAsync(ContainerEntry entry, IReadOnlyCollection<LogEntry> lines, GetContainerLog request, Call call)
    {
        foreach (var line in lines)
        {
            if (request.Since is null || line.Time >= request.Since)
            {
                await call.SendItemAsync(ContainerLogEntry.WireFormat, new ContainerLogEntry
                {
                    Name = entry.Name,
                    Time = line.Time,
                    Stream = line.IsError ? LogStream.Stderr : LogStream.Stdout,
                    Line = line.Line,
                }).ConfigureAwait(false);
            }
        }
    }
}
