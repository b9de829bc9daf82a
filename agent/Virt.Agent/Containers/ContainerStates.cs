using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>Which state a container must be in for what. The one place that says so.</summary>
internal static class ContainerStates
{
    private static readonly ContainerState[] Startable = [ContainerState.Created, ContainerState.Stopped, ContainerState.Failed];
    private static readonly ContainerState[] Stoppable = [ContainerState.Running, ContainerState.Stopping, ContainerState.Paused];
    private static readonly ContainerState[] Enterable = [ContainerState.Running, ContainerState.Stopping];
    private static readonly ContainerState[] Replaceable = [ContainerState.Created, ContainerState.Running, ContainerState.Stopped, ContainerState.Failed];
    private static readonly ContainerState[] Restartable = [ContainerState.Created, ContainerState.Running, ContainerState.Paused, ContainerState.Stopped, ContainerState.Failed];
    private static readonly ContainerState[] Suspendable = [ContainerState.Running];
    private static readonly ContainerState[] Resumable = [ContainerState.Paused];
    private static readonly ContainerState[] Removable = [ContainerState.Created, ContainerState.Stopped, ContainerState.Failed, ContainerState.Removing];

    /// <summary>Its first process lives.</summary>
    public static bool IsAlive(ContainerState state) => state is ContainerState.Running or ContainerState.Stopping or ContainerState.Paused;

    /// <summary>It has no process, and none is to come or to go.</summary>
    public static bool IsOff(ContainerState state) => Startable.Contains(state);

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckStart(string name, ContainerState state) => Check("start", name, state, Startable, WhenPaused(name, state) ?? $"Get-Container -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckStop(string name, ContainerState state) => Check("stop", name, state, Stoppable, $"Start-Container -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckInvoke(string name, ContainerState state) => Check("run a command in", name, state, Enterable, WhenPaused(name, state) ?? $"Start-Container -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckReplace(string verb, string name, ContainerState state) => Check(verb, name, state, Replaceable, WhenPaused(name, state) ?? $"Wait-Container -Name {name} -For Stopped");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckAlive(string verb, string name, ContainerState state) => Check(verb, name, state, Stoppable, $"Start-Container -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckRestart(string name, ContainerState state) => Check("restart", name, state, Restartable, $"Wait-Container -Name {name} -For Stopped");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckCopy(string name, ContainerState state) => Check("copy", name, state, Restartable, $"Wait-Container -Name {name} -For Stopped");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckExport(string name, ContainerState state) => Check("export", name, state, Restartable, $"Wait-Container -Name {name} -For Stopped");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckSuspend(string name, ContainerState state) => Check("suspend", name, state, Suspendable, WhenPaused(name, state) ?? $"Start-Container -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckResume(string name, ContainerState state) => Check("resume", name, state, Resumable, $"Get-Container -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckSet(string name, ContainerState state) => Check("change", name, state, Restartable, $"Wait-Container -Name {name} -For Stopped");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckAdapter(string verb, string name, ContainerState state) => Check(verb, name, state, Restartable, $"Wait-Container -Name {name} -For Stopped");

    /// <summary>What stands still would run after it, and nobody has asked for that.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckStartAnew(string name, ContainerState state)
    {
        if (state == ContainerState.Paused)
        {
            throw new VirtException(
                ErrorCode.WrongState,
                "ContainerWrongState",
                $"Cannot change container '{name}': it is Paused, and would have to be started anew, which would let it run; Running or Stopped is required.",
                name,
                $"Resume-Container -Name {name}");
        }
    }

    /// <summary>A running one can be removed by force only.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckRemove(string name, ContainerState state, bool force)
    {
        if (!force || !IsAlive(state))
        {
            Check("remove", name, state, Removable, IsAlive(state) ? $"Remove-Container -Name {name} -Force" : $"Get-Container -Name {name}");
        }
    }

    // Whatever else it is to do, it has to go on first.
    private static string? WhenPaused(string name, ContainerState state) => state == ContainerState.Paused ? $"Resume-Container -Name {name}" : null;

    private static void Check(string verb, string name, ContainerState state, ContainerState[] required, string action)
    {
        if (!required.Contains(state))
        {
            throw new VirtException(
                ErrorCode.WrongState,
                "ContainerWrongState",
                $"Cannot {verb} container '{name}': it is {state}; {Words(required)} is required.",
                name,
                action);
        }
    }

    private static string Words(ContainerState[] states) =>
        states.Length == 1 ? $"{states[0]}" : $"{string.Join(", ", states[..^1])} or {states[^1]}";
}
