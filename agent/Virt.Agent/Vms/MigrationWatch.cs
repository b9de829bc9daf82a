using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>Follows the events of a migration and of its mirrors.</summary>
internal sealed class MigrationWatch : IDisposable
{
    private readonly VmSession session;
    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MigrationWatch(VmSession session)
    {
        this.session = session;
        session.Told += OnTold;
    }

    /// <summary>QAPI's MigrationStatus, such as <c>active</c>; empty before the first event.</summary>
    public string Status { get; private set; } = "";

    /// <summary>When the guest's CPUs were stopped last.</summary>
    public DateTimeOffset? StopTime { get; private set; }

    /// <summary>Of how many disks the copy is whole, and is kept so.</summary>
    public int ReadyMirrors { get; private set; }

    /// <summary>How many mirrors have ended.</summary>
    public int EndedMirrors { get; private set; }

    /// <summary>Why a mirror has failed; empty where none has.</summary>
    public string MirrorError { get; private set; } = "";

    /// <summary>Waits until something is so.</summary>
    /// <param name="condition">Asked after every event.</param>
    /// <param name="tick">How often <paramref name="onTick"/> is done meanwhile.</param>
    /// <param name="onTick">Reports progress.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="QmpClosedException">QEMU has ended.</exception>
    public async Task WhenAsync(Func<MigrationWatch, bool> condition, TimeSpan tick, Func<Task> onTick, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                next = changed.Task;
            }

            if (condition(this))
            {
                return;
            }

            if (session.Closed.IsCompleted)
            {
                throw new QmpClosedException("QEMU closed its monitor.");
            }

            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var pause = Task.Delay(tick, timer.Token);
            var first = await Task.WhenAny(next, session.Closed, pause).ConfigureAwait(false);
            await timer.CancelAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (first == pause)
            {
                await onTick().ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc cref="WhenAsync(Func{MigrationWatch, bool}, TimeSpan, Func{Task}, CancellationToken)"/>
    public Task WhenAsync(Func<MigrationWatch, bool> condition, CancellationToken cancellation) =>
        WhenAsync(condition, Timeout.InfiniteTimeSpan, static () => Task.CompletedTask, cancellation);

    public void Dispose() => session.Told -= OnTold;

    private static bool IsMirror(QmpEvent e) => e.Text("device")?.StartsWith(VmSession.MirrorPrefix, StringComparison.Ordinal) == true;

    private void OnTold(QmpEvent e)
    {
        lock (gate)
        {
            switch (e.Name)
            {
                case "MIGRATION":
                    Status = e.Text("status") ?? Status;
                    break;
                case "STOP":
                    StopTime = e.Time;
                    break;
                case "BLOCK_JOB_READY" when IsMirror(e):
                    ReadyMirrors++;
                    break;
                case "BLOCK_JOB_COMPLETED" or "BLOCK_JOB_CANCELLED" when IsMirror(e):
                    // Cancelled: somebody ended it before it was ready.
                    EndedMirrors++;
                    MirrorError = MirrorError.Length > 0 ? MirrorError : e.Text("error") ?? (e.Name == "BLOCK_JOB_CANCELLED" ? "it was cancelled" : "");
                    break;
                default:
                    return;
            }

            changed.SetResult();
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
