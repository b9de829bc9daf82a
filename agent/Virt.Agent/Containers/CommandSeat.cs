using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Cgroups;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>
/// v1: entering a cgroup waits for the kernel for up to 12 ms. Where commands are run in a container one soon after the other, a launching thread of the keeper waits in it for the
/// next one, which is then born there. It waits in one container at a time, and for some seconds only; before anything else happens to the container's cgroup it leaves (<see cref="LeaveAsync(string)"/>).
/// </summary>
/// <param name="keeper">Whose thread it is.</param>
/// <param name="tree">The host's cgroups.</param>
/// <param name="thread">The thread's number.</param>
/// <param name="time">The clock.</param>
internal sealed class CommandSeat(Keeper keeper, CgroupTree tree, int thread, TimeProvider time) : IAsyncDisposable
{
    // A second command within this time is taken for one of several; without another one the thread leaves.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    // Where commands go to and fro between containers, following each of them would only make all of them wait.
    private static readonly TimeSpan Own = TimeSpan.FromSeconds(1);

    private const int GoneGroup = 19; // ENODEV: its files are still open

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Lock gate = new();
    private ITimer? idle;
    private string wanted = "", occupied = "", leaving = "", last = "";
    private long lastTime, takenTime;
    private long lastNumber = DateTime.UtcNow.Ticks / 10;
    private CommandGroup? ready, used;
    private ulong readySet;
    private bool isDisposed;

    /// <summary>Gives the place of a command: where the thread waits, or one that the command has to enter itself.</summary>
    /// <param name="cgroup">The container's.</param>
    /// <param name="name">The cgroup's name.</param>
    /// <returns>The place, the caller's to dispose, and the thread's set; 0: it enters.</returns>
    /// <exception cref="LinuxException">ENOENT: the cgroup is gone.</exception>
    public (CommandGroup Group, ulong ReadySet) Take(Cgroup cgroup, string name)
    {
        lock (gate)
        {
            if (occupied == name && ready is { } group && !cgroup.IsInFurther)
            {
                (ready, used, takenTime) = (null, group, time.GetTimestamp());
                return (group, readySet);
            }
        }

        return (cgroup.CreateCommand(), 0);
    }

    /// <summary>Says that a command was launched, under its container's lock.</summary>
    /// <param name="name">The cgroup's name.</param>
    /// <returns>True where the thread is to wait for the next one: <see cref="SitAsync"/>.</returns>
    public bool Follows(string name)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            var since = last.Length == 0 ? TimeSpan.MaxValue : time.GetElapsedTime(lastTime, now);
            var isWanted = occupied == name || (last == name && since < Soon);
            if (last == name || since > Own || wanted.Length == 0)
            {
                (last, lastTime) = (name, now);
            }

            if (isDisposed || !isWanted)
            {
                return false;
            }

            wanted = name;
            idle ??= time.CreateTimer(_ => _ = LeaveIdleAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            idle.Change(Soon, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    /// <summary>Off the path of the request: lets the thread hop to the place of the next command.</summary>
    public async Task SitAsync(Cgroup cgroup, string name)
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            lock (gate)
            {
                if (wanted != name || isDisposed || (occupied == name && ready is not null))
                {
                    return;
                }
            }

            // In further hierarchies it would be left behind.
            if (cgroup.IsInFurther || !cgroup.Exists)
            {
                return;
            }

            var place = cgroup.CreateCommand();
            var set = ((ulong)Interlocked.Increment(ref lastNumber) * Keeper.ReadyThreads) + (ulong)thread;
            var former = Rise();
            try
            {
                await ContainerCgroups.SitAsync(keeper, set, place.OpenForThread()).ConfigureAwait(false);
            }
            catch (LinuxException e)
            {
                place.Dispose();
                await HomeAsync(former).ConfigureAwait(false);
                if (e.Errno is not (Errno.ENOENT or GoneGroup))
                {
                    throw;
                }

                return; // it has ended meanwhile
            }

            former?.Left();
            lock (gate)
            {
                (occupied, leaving, ready, readySet) = (name, "", place, set);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Returns when the thread is not in a container's cgroup, and does not come before the next command there.</summary>
    public Task LeaveAsync(string name)
    {
        lock (gate)
        {
            if (wanted != name && occupied != name && leaving != name)
            {
                return Task.CompletedTask;
            }

            wanted = wanted == name ? "" : wanted;
        }

        return LeaveAsync(name, isIdle: false);
    }

    /// <summary>True while the thread may be in a container's cgroup, and is counted there.</summary>
    public bool IsIn(string name)
    {
        lock (gate)
        {
            return occupied == name;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            isDisposed = true;
            idle?.Dispose();
        }

        await LeaveAsync(occupied, isIdle: false).ConfigureAwait(false);
    }

    private async Task LeaveIdleAsync()
    {
        try
        {
            await LeaveAsync(occupied, isIdle: true).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            AgentLog.Error("Could not let a thread of the keeper leave a container's cgroup", e);
        }
    }

    private async Task LeaveAsync(string name, bool isIdle)
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            lock (gate)
            {
                if (name.Length == 0 || occupied != name)
                {
                    return;
                }

                if (isIdle && time.GetElapsedTime(takenTime) < Soon)
                {
                    idle?.Change(Soon, Timeout.InfiniteTimeSpan);
                    return;
                }

                wanted = wanted == name ? "" : wanted;
            }

            await HomeAsync(Rise()).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    // In its turn: from now on nobody takes the place where the thread still is. Gives the one that was taken, in which a command may go on.
    private CommandGroup? Rise()
    {
        CommandGroup? former, unused;
        lock (gate)
        {
            (former, unused) = (used ?? ready, ready);
            (occupied, leaving, ready, used) = ("", occupied, null, null);
        }

        unused?.Dispose();
        return former;
    }

    // In its turn. Where the keeper is lost there is no thread any more.
    private async Task HomeAsync(CommandGroup? former)
    {
        try
        {
            await ContainerCgroups.SitAsync(keeper, (ulong)thread, tree.OpenOwn()).ConfigureAwait(false);
        }
        catch (LinuxException e)
        {
            AgentLog.Error("Could not let a thread of the keeper go home", e);
        }

        former?.Left();
        lock (gate)
        {
            leaving = "";
        }
    }
}
