using System.Collections.Concurrent;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Removes virtual machines.</summary>
/// <remarks>
/// Removes machines that are stopped and keeps their disks. With -DeleteDisk the disk goes too; as that loses data, it asks first. What a move has left on a host
/// whose peer never comes back (Receiving, Released) is removed by -Force; the disk that the two hosts share stays then, whatever is asked for.
/// </remarks>
/// <example>
/// <code>Remove-VM web02</code>
/// <para>Removes a machine and keeps its disk.</para>
/// </example>
/// <example>
/// <code>Remove-VM web0* -DeleteDisk -Force</code>
/// <para>Turns off and removes the machines whose names begin with web0, and their disks, without a question.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveVMCommand : VMChangeCommand
{
    /// <summary>Delete its disk too.</summary>
    [Parameter]
    public SwitchParameter DeleteDisk { get; set; }

    /// <summary>Turn it off first where it runs, and do not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool IsForced => Force;

    private protected override bool LosesData => DeleteDisk;

    private readonly ConcurrentQueue<(string Host, Target Target)> later = new();
    private bool isLast;

    private protected override void Act(HostCalls host, Target target)
    {
        try
        {
            Remove(host, target);
        }
        catch (VirtException e) when (e.Id == "VMHasLinkedCopies" && !isLast)
        {
            later.Enqueue((host.ComputerName, target));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();

        // What stood on them may have come after them, and be gone by now.
        for (var before = int.MaxValue; !later.IsEmpty && !isLast;)
        {
            var again = later.ToArray();
            isLast = again.Length == before;
            before = again.Length;
            while (later.TryDequeue(out _))
            {
            }

            foreach (var (name, target) in again)
            {
                ForEachHost([name], host => Guard(target.Input, () => Act(host, target)));
            }
        }
    }

    private void Remove(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.RemoveVM,
        new RemoveVM { Id = target.Id, Name = target.Name, DeleteDisk = DeleteDisk, Force = Force },
        follow: (_, removed) =>
        {
            if (removed.DiskPath.Length > 0 && !AsJob)
            {
                OnPipeline(() => Say($"The disk of VM '{target.Name}' stays at '{removed.DiskPath}'"));
            }

            return null;
        });

    // Kept against what was asked for is worth a warning.
    private void Say(string kept)
    {
        if (DeleteDisk)
        {
            WriteWarning(kept + ": it is another host's, or may be.");
        }
        else
        {
            WriteVerbose(kept + ".");
        }
    }
}
