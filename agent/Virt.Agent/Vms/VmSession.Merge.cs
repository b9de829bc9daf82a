using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>Merges a layer of a running machine's disk into the one below. Source: QEMU's QMP reference manual, block-commit and Jobs.</summary>
internal sealed partial class VmSession
{
    private const string MergeJob = "checkpoint-merge";

    private static readonly TimeSpan MergePoll = TimeSpan.FromMilliseconds(5);

    /// <summary>Begins to write what a layer has into the one below.</summary>
    /// <param name="disk">The guest's disk's node.</param>
    /// <param name="top">The layer's node.</param>
    /// <param name="below">The node of the one below.</param>
    /// <param name="belowPath">That one's file, which what stands on the layer names as its backing file from then on; null where that is the guest itself.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task BeginMergeAsync(string disk, string top, string below, string? belowPath, CancellationToken cancellation) => qmp.ExecuteAsync(
        "block-commit",
        json =>
        {
            Text(json, ("job-id", MergeJob), ("device", disk), ("top-node", top), ("base-node", below));
            if (belowPath is not null)
            {
                json.WriteString("backing-file", belowPath);
            }

            json.WriteBoolean("auto-dismiss", false);
        },
        cancellation);

    /// <summary>Waits until the merge is ready to switch, or has ended.</summary>
    /// <param name="untilReady">Ready is enough.</param>
    /// <param name="report">Told how many bytes are done, of how many.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="name">The job, where it is not that of a merge.</param>
    /// <exception cref="QmpException">It has failed; nothing has changed for the guest.</exception>
    public async Task AwaitMergeAsync(bool untilReady, Action<long, long> report, CancellationToken cancellation, string name = MergeJob)
    {
        while (true)
        {
            var job = await FindJobAsync(name, cancellation).ConfigureAwait(false) ?? throw new QmpException(name, "GenericError", "its job is gone");
            var status = job.GetProperty("status").GetString();
            if (status == "concluded")
            {
                await qmp.ExecuteAsync("job-dismiss", json => Text(json, ("id", name)), cancellation).ConfigureAwait(false);
                if (job.TryGetProperty("error", out var error))
                {
                    throw new QmpException(name, "GenericError", error.GetString()!);
                }

                return;
            }

            if (untilReady && status == "ready")
            {
                return;
            }

            report(job.GetProperty("current-progress").GetInt64(), job.GetProperty("total-progress").GetInt64());
            await Task.Delay(MergePoll, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Switches the guest to the layer below, or to the other file. It must stand still.</summary>
    public Task CompleteMergeAsync(CancellationToken cancellation, string name = MergeJob) =>
        qmp.ExecuteAsync("job-complete", json => Text(json, ("id", name)), cancellation);

    /// <summary>Ends a merge that somebody has left behind; where there is none, nothing is done.</summary>
    public async Task EndMergeAsync(CancellationToken cancellation, string name = MergeJob)
    {
        while (await FindJobAsync(name, cancellation).ConfigureAwait(false) is { } job)
        {
            // A job that is ready would complete when it is cancelled without force.
            var isOver = job.GetProperty("status").GetString() == "concluded";
            await IgnoringAsync(isOver
                ? qmp.ExecuteAsync("job-dismiss", json => Text(json, ("id", name)), cancellation)
                : qmp.ExecuteAsync("block-job-cancel", WriteCancel, cancellation)).ConfigureAwait(false);
            await Task.Delay(MergePoll, time, cancellation).ConfigureAwait(false);
        }

        void WriteCancel(Utf8JsonWriter json)
        {
            json.WriteString("device", name);
            json.WriteBoolean("force", true);
        }
    }

    private async Task<JsonElement?> FindJobAsync(string name, CancellationToken cancellation)
    {
        var jobs = await qmp.ExecuteAsync("query-jobs", null, cancellation).ConfigureAwait(false);
        foreach (var job in jobs.EnumerateArray())
        {
            if (job.GetProperty("id").GetString() == name)
            {
                return job;
            }
        }

        return null;
    }
}
