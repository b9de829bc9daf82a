using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Writes a virtual machine into a folder.</summary>
/// <remarks>
/// <para>
/// The folder carries the machine to another host, where Import-VM makes the same machine of it: its settings (virt-vm.json), its disk as one qcow2 image that stands on nothing (disk.qcow2), its UEFI variables (nvram.fd), the state of its virtual TPM (tpm2.state), and a checksum of each (SHA256SUMS, as
/// sha256sum writes and checks it). The machine is not changed. One that runs stands still for a moment; its disk is then as after a loss of power. Its memory, also what was saved of it (Save-VM), and its checkpoints are not part of the archive, and a warning says so of what was saved.
/// </para>
/// <para>
/// There must be room for the whole disk, as far as something was ever written to it; with -Since, for what has changed.
/// </para>
/// </remarks>
/// <example>
/// <code>Export-VM web01 -Path /tmp/web01</code>
/// <para>Writes a machine into a folder.</para>
/// </example>
/// <example>
/// <code>
/// Checkpoint-VM web02 -SnapshotName monday -DiskOnly
/// Export-VMCheckpoint web02 monday -Path /tmp/web02-monday
/// Export-VM web02 -Path /tmp/web02-now -Since monday
/// Import-VM /tmp/web02-now -BasePath /tmp/web02-monday -Name web02-back
/// </code>
/// <para>Writes a machine whole once, then only what has changed, and makes a machine of both.</para>
/// </example>
[Cmdlet(VerbsData.Export, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class ExportVMCommand : VMOperandChangeCommand
{
    /// <summary>A folder that is not there yet on the host, an absolute path.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string Path { get; set; } = "";

    /// <summary>The name of a checkpoint that the machine's state has come from: write only what has changed since. Import-VM puts it together with the archive of that checkpoint (Export-VMCheckpoint).</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VMCheckpointNameCompleter))]
    public string? Since { get; set; }

    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => Path = One(words);

    private protected override string? ForOne => nameof(Path);

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.ExportVM,
        new ExportVM { Id = target.Id, Name = target.Name, Path = Path, Since = Since ?? "" },
        follow: (_, vm) =>
        {
            if (vm.Status.Length > 0)
            {
                Warn($"VM '{vm.Name}': {vm.Status}");
            }

            return PassThru ? vm : null;
        });
}
