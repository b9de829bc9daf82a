using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Writes virtual machines as they were at checkpoints into folders.</summary>
/// <remarks>
/// The folder is an archive as Export-VM writes it: Import-VM makes a machine of it, here under another name, or on another host. It has the machine's settings, its disk in one file and its
/// UEFI variables as they were at the checkpoint, with a checksum of each. The memory of a checkpoint stays behind: the new machine starts from that disk, which after a Production checkpoint is one at
/// rest, and after a Standard one as after a loss of power. The machine itself is not touched, and runs on. With -Since the archive holds only what had changed since an older checkpoint, for which that one must be there still.
/// </remarks>
/// <example>
/// <code>Export-VMCheckpoint -VMName web01 -Name before -Path /tmp/web01-before</code>
/// <para>Writes a machine as it was at a checkpoint into a folder.</para>
/// </example>
/// <example>
/// <code>
/// Checkpoint-VM web02 -SnapshotName tuesday -DiskOnly
/// Checkpoint-VM web02 -SnapshotName wednesday -DiskOnly
/// Export-VMCheckpoint web02 tuesday -Path /tmp/web02-tuesday
/// Export-VMCheckpoint web02 wednesday -Path /tmp/web02-wednesday -Since tuesday
/// </code>
/// <para>Writes one checkpoint whole, and of the next only what had changed.</para>
/// </example>
[Cmdlet(VerbsData.Export, "VMCheckpoint", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMCheckpoint))]
public sealed class ExportVMCheckpointCommand : CheckpointOperandCommand
{
    /// <summary>A folder that is not there yet on the host, an absolute path.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string Path { get; set; } = "";

    /// <summary>The name of another checkpoint that this one has come from: write only what had changed since. Import-VM puts it together with the archive of that checkpoint.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VMCheckpointNameCompleter))]
    public string? Since { get; set; }

    /// <summary>Write the checkpoint.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => Path = One(words);

    private protected override void Act(HostCalls host, VMCheckpoint checkpoint) => Change(
        host,
        new Target(checkpoint.Id, $"'{checkpoint.Name}' of {checkpoint.VMName} to {Path}", checkpoint),
        Methods.ExportVMCheckpoint,
        new ExportVMCheckpoint { Id = checkpoint.Id, Name = checkpoint.Name, VMId = checkpoint.VMId, VMName = checkpoint.VMName, Path = Path, Since = Since ?? "" },
        PassThru,
        (_, exported) =>
        {
            if (exported.Status.Length > 0)
            {
                Warn($"VM '{exported.VMName}', checkpoint '{exported.Name}': {exported.Status}");
            }

            return exported;
        },
        static exported => exported.Status);
}
