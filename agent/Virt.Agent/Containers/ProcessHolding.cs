using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Linux;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>Holds all processes of a container to something else, and back.</summary>
/// <param name="processes">Those that it has at a moment.</param>
/// <param name="to">What they are to be held to.</param>
/// <param name="back">What those are held to that came meanwhile, where it is taken back.</param>
/// <param name="usual">What a process has of a limit that nobody has given, by its number.</param>
internal sealed class ProcessHolding(Func<IEnumerable<int>> processes, ProcessHold to, ProcessHold back, Func<int, ResourceLimit?> usual)
{
    // A process that was forked before its parent was changed is seen by the next look. They come to an end but where something forks and forks.
    private const int MostLooks = 100;

    private readonly Dictionary<int, (List<ResourceLimit> Limits, int? Score)> former = [];

    /// <summary>A limit that no process can have, not even at a start, and the most that one can; null: there is none.</summary>
    public (ResourceLimit Limit, ulong Most)? FindImpossible()
    {
        foreach (var limit in to.Limits)
        {
            var most = !ProcessLimits.MayRaise ? usual(limit.Resource)?.Hard ?? ResourceLimit.Unlimited
                : limit.Resource == ResourceLimit.OpenFiles ? ProcessLimits.MostOpenFiles
                : ResourceLimit.Unlimited;
            if (limit.Hard > most)
            {
                return (limit, most);
            }
        }

        return null;
    }

    /// <summary>True where a limit is higher than the container's was, and this agent may not raise it.</summary>
    public bool RaisesInVain() => !ProcessLimits.MayRaise && to.Limits.Any(limit => back.Limits.FirstOrDefault(one => one.Resource == limit.Resource) is var was && limit.Hard > was.Hard);

    /// <summary>Changes all processes, until a look finds none that is not changed.</summary>
    /// <exception cref="LinuxException">The kernel refuses it; EAGAIN: there are always new ones. Some may be changed: <see cref="Undo"/>.</exception>
    public void Apply() => Until(id =>
    {
        if (!former.TryGetValue(id, out var was))
        {
            was = ([], null);
        }

        var isChanged = false;
        foreach (var limit in to.Limits)
        {
            if (ProcessLimits.Read(id, limit.Resource) is { } now && now != limit && ProcessLimits.Set(id, limit))
            {
                was.Limits.Add(now);
                former[id] = was;
                isChanged = true;
            }
        }

        if (to.Score is { } score && ProcessLimits.ReadScore(id) is { } before && before != score && ProcessLimits.SetScore(id, score))
        {
            former[id] = was = (was.Limits, was.Score ?? before);
            isChanged = true;
        }

        return isChanged;
    });

    /// <summary>Gives each process what it had, and one that came meanwhile what the container's had. Nothing, where nothing was changed.</summary>
    /// <exception cref="LinuxException">The kernel refuses it.</exception>
    public void Undo()
    {
        if (former.Count == 0)
        {
            return;
        }

        var done = new HashSet<int>();
        Until(id =>
        {
            if (!done.Add(id))
            {
                return false;
            }

            var (limits, score) = former.TryGetValue(id, out var was) ? was : ([.. back.Limits], back.Score);
            // Where a process has raised one of its own meanwhile it was changed twice: the first is what it had.
            for (var i = limits.Count - 1; i >= 0; i--)
            {
                ProcessLimits.Set(id, limits[i]);
            }

            if (score is { } value)
            {
                ProcessLimits.SetScore(id, value);
            }

            return true;
        });
        former.Clear();
    }

    private void Until(Func<int, bool> change)
    {
        for (var look = 0; look < MostLooks; look++)
        {
            var isChanged = false;
            foreach (var id in processes())
            {
                isChanged |= change(id);
            }

            if (!isChanged)
            {
                return;
            }
        }

        throw new LinuxException("prlimit", Errno.EAGAIN, "new processes");
    }
}
