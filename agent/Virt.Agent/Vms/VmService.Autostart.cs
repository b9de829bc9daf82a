using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;

namespace Virt.Agent.Vms;

/// <summary>What the agent starts by itself: after the host's start what shall run with it, and after its own what was about to be restarted.</summary>
public sealed partial class VmService
{
    // More at once would only wait for the disk.
    private const int StartsAtOnce = 4;

    private readonly CancellationTokenSource ending = new();

    // Another start of the host than the one that was seen last: no machine of before it lives. Looked up once, before it is written down.
    private bool isHostStart;

    private string BootFile => Path.Combine(paths.State, "boot-id");

    private void SeeHostStart() => isHostStart = !File.Exists(BootFile) || File.ReadAllText(BootFile) != facts.BootId;

    /// <summary>Starts what is to be started: each after those that it names and so long after this as it is to be. After RecoverAsync, once requests are served.</summary>
    public void StartWanted()
    {
        if (isHostStart)
        {
            foreach (var entry in entries.Values.Where(static e => e.Spec.StartAction == VMStartAction.Start && e.State is VMState.Stopped or VMState.Failed or VMState.Saved))
            {
                entry.Set(table, entry.Phase, (entry.Run ?? new VmRun()) with { HostStopped = true });
            }

            // What is to be started says so itself from now on.
            File.WriteAllText(BootFile, facts.BootId);
        }

        var wanted = entries.Values.Where(static e => IsWanted(e)).OrderBy(static e => e.Row.Created).ToList();
        if (wanted.Count > 0)
        {
            _ = StartAllAsync(wanted);
        }
    }

    private static bool IsWanted(VmEntry entry) => entry.Run is { StartAgain: true } or { HostStopped: true } && entry.Spec.Move is null && entry.State is VMState.Stopped or VMState.Failed or VMState.Saved;

    private void CheckStartOrder(string verb, string name, string[]? after) =>
        StartOrder.CheckRing(verb, MemberKind, name, after, other => FindByName(other)?.Spec.After ?? []);

    private async Task StartAllAsync(List<VmEntry> wanted)
    {
        using var places = new SemaphoreSlim(StartsAtOnce);
        var started = new Dictionary<string, Task>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in StartOrder.Of(wanted, static e => e.Name, static e => e.Spec.After))
        {
            var before = entry.Spec.After.Where(started.ContainsKey).Select(name => started[name]).ToList();
            started[entry.Name] = StartAfterAsync(entry, before, places);
        }

        await Task.WhenAll(started.Values).ConfigureAwait(false);
    }

    private Task StartAfterAsync(VmEntry entry, List<Task> before, SemaphoreSlim places) => TryStartAsync(entry, async () =>
    {
        await Task.WhenAll(before).ConfigureAwait(false);
        if (entry.Run is { HostStopped: true })
        {
            await Task.Delay(entry.Spec.StartDelay, time, ending.Token).ConfigureAwait(false);
        }

        await places.WaitAsync(ending.Token).ConfigureAwait(false);
        try
        {
            await StartWantedAsync(entry).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    });

    private static async Task TryStartAsync(VmEntry entry, Func<Task> start)
    {
        try
        {
            await start().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next agent starts it: its row says so still.
        }
        catch (Exception e)
        {
            // Its state says so too, and those after it may do without it.
            AgentLog.Error($"Could not start VM '{entry.Name}' by itself", e);
        }
    }

    // Somebody may have started, stopped or removed it meanwhile: what they want is newer.
    private async Task StartWantedAsync(VmEntry entry)
    {
        using var held = await locks.EnterAsync(entry.Id, ending.Token).ConfigureAwait(false);
        if (!entry.IsRemoved && IsWanted(entry))
        {
            await LaunchOrFailAsync(entry, CheckStart("start", entry, whatIf: false), ending.Token).ConfigureAwait(false);
        }
    }

    // Under the lock, after the end of a QEMU that nobody here waits for.
    private void StartAgainWhereWanted(VmEntry entry)
    {
        if (!isStopping && !entry.IsRestarting && entry.Run is { StartAgain: true })
        {
            _ = Task.Run(() => TryStartAsync(entry, () => StartWantedAsync(entry)));
        }
    }
}
