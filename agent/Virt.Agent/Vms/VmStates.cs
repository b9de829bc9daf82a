using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Which state a machine must be in for what. The one place that says so.</summary>
public static class VmStates
{
    private static readonly VMState[] Off = [VMState.Stopped, VMState.Failed];
    private static readonly VMState[] Startable = [VMState.Stopped, VMState.Failed, VMState.Paused, VMState.Saved];
    private static readonly VMState[] Stoppable = [VMState.Running];
    private static readonly VMState[] TurnOffable = [VMState.Running, VMState.Paused, VMState.Stopping];
    private static readonly VMState[] Enterable = [VMState.Running, VMState.Stopping];
    private static readonly VMState[] Checkpointable = [VMState.Running, VMState.Paused, VMState.Stopped, VMState.Failed, VMState.Saved];
    private static readonly VMState[] Settled = [VMState.Running, VMState.Paused, VMState.Stopping, VMState.Stopped, VMState.Failed, VMState.Saved];
    private static readonly VMState[] Pluggable = [VMState.Running, VMState.Paused, VMState.Stopped, VMState.Failed];
    private static readonly VMState[] Removable = [VMState.Stopped, VMState.Failed, VMState.Saved];
    private static readonly VMState[] Restartable = [VMState.Running, VMState.Stopped, VMState.Failed];
    private static readonly VMState[] Resettable = [VMState.Running, VMState.Paused, VMState.Stopping, VMState.Stopped, VMState.Failed];
    private static readonly VMState[] Saveable = [VMState.Running, VMState.Paused];
    private static readonly VMState[] Movable = [VMState.Running, VMState.Paused, VMState.Stopped, VMState.Failed, VMState.Saved];

    /// <summary>QEMU is there.</summary>
    public static bool IsAlive(VMState state) => state is VMState.Running or VMState.Paused or VMState.Stopping or VMState.Saving;

    /// <summary>Nothing of it runs, and nothing of its memory is kept.</summary>
    public static bool IsOff(VMState state) => Off.Contains(state);

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckStart(string name, VMState state) => Check("start", name, state, Startable, $"Get-VM -Name {name}");

    /// <summary>A guest must run to hear that it shall shut down; the plug can be pulled whenever QEMU is there.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckStop(string name, VMState state, bool turnOff) =>
        Check("stop", name, state, turnOff ? TurnOffable : Stoppable, IsAlive(state) ? $"Stop-VM -Name {name} -TurnOff" : state == VMState.Saved ? $"Remove-VMSavedState {name}" : $"Get-VM -Name {name}");

    /// <summary>As for a stop; one that does not run is started.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckRestart(string name, VMState state, bool turnOff) =>
        Check("restart", name, state, turnOff ? Resettable : Restartable, IsAlive(state) ? $"Restart-VM -Name {name} -TurnOff" : $"Start-VM -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckSuspend(string name, VMState state) => Check("suspend", name, state, Stoppable, state == VMState.Paused ? $"Resume-VM -Name {name}" : $"Start-VM -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckResume(string name, VMState state) => Check("resume", name, state, [VMState.Paused], $"Start-VM -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckSave(string name, VMState state) => Check("save", name, state, Saveable, $"Start-VM -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckRemoveSaved(string name, VMState state) => Check("remove the saved state of", name, state, [VMState.Saved], $"Get-VM -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckSet(string verb, string name, VMState state) => Check(verb, name, state, Settled, $"Get-VM -Name {name}");

    /// <summary>A memory that is saved knows its devices.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckDrive(string verb, string name, VMState state) => Check(verb, name, state, Pluggable, state == VMState.Saved ? $"Start-VM -Name {name}" : $"Get-VM -Name {name}");

    /// <summary>What only a machine that does not run can be changed in.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckOff(string verb, string name, VMState state) => Check(verb, name, state, Off, IsAlive(state) ? $"Stop-VM -Name {name}" : $"Get-VM -Name {name}");

    /// <summary>One that is on its way to another state has no moment of its own that could be kept.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckCheckpoint(string name, VMState state) => Check("checkpoint", name, state, Checkpointable, $"Get-VM -Name {name}");

    /// <summary>The same: a copy has the disk of one moment.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckCopy(string name, VMState state) => Check("copy", name, state, Checkpointable, $"Get-VM -Name {name}");

    /// <summary>So has an archive.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckExport(string name, VMState state) => Check("export", name, state, Checkpointable, $"Get-VM -Name {name}");

    /// <summary>An image has the disk of a guest that has shut down.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckNewImage(string name, VMState state) => Check("make an image of", name, state, Off, IsAlive(state) ? $"Stop-VM -Name {name}" : $"Get-VM -Name {name}");

    /// <summary>Whatever it does is lost anyway.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckRestore(string name, VMState state) => Check("restore", name, state, Settled, $"Get-VM -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckRemoveCheckpoint(string name, VMState state) => Check("remove a checkpoint of", name, state, Settled, $"Get-VM -Name {name}");

    /// <summary>It is read, whatever the machine does.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckExportCheckpoint(string name, VMState state) => Check("export a checkpoint of", name, state, Settled, $"Get-VM -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckInvoke(string name, VMState state, string verb = "run a command in") => Check(verb, name, state, Enterable, $"Start-VM -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckMeasure(string name, VMState state) => Check("measure", name, state, TurnOffable, $"Start-VM -Name {name}");

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckConsole(string verb, string name, VMState state) => Check(verb, name, state, TurnOffable, $"Start-VM -Name {name}");

    /// <summary>One that is alive can be removed by force only.</summary>
    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckRemove(string name, VMState state, bool force)
    {
        // Creating and Removing are seen under its lock only where undoing or finishing them has failed: doing it again may not.
        var isHalf = state is VMState.Creating or VMState.Removing;

        // Of a move that is stuck because the other host is gone for ever, whoever forces it takes the blame.
        var isStuck = force && state is VMState.Receiving or VMState.Released;
        if (!isHalf && !isStuck && !(force && IsAlive(state)))
        {
            Check("remove", name, state, Removable, IsAlive(state) || state == VMState.Receiving ? $"Remove-VM -Name {name} -Force" : $"Get-VM -Name {name}");
        }
    }

    /// <exception cref="VirtException">WrongState.</exception>
    public static void CheckMove(string name, VMState state) => Check("move", name, state, Movable, $"Get-VM -Name {name}");

    private static void Check(string verb, string name, VMState state, VMState[] required, string action)
    {
        if (!required.Contains(state))
        {
            var words = required.Length == 1 ? $"{required[0]}" : $"{string.Join(", ", required[..^1])} or {required[^1]}";
            throw new VirtException(ErrorCode.WrongState, "VMWrongState", $"Cannot {verb} VM '{name}': it is {state}; {words} is required.", name, action);
        }
    }
}
