using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Writes virtual machines as they were at checkpoints into folders.</summary>
/// <remarks>
/// The folder is an archive as Export-VM writes it: Import-VM makes a machine of it, here under another name, or on another host. It has the machine's settings, its disk in one file and its
/// UEFI variables as they were at the checkpoint, with a checksum of each. The memory of a checkpoint stays behind: the new machine starts from that disk, which after a Production checkpoint is one at
/// rest, and after a Standard one as after a loss of power. The machine itself is not touched, and runs on.
/// </remarks>
/// <example>
/// <code>Export-VMCheckpoint -VMName web01 -Name before -Path /tmp/web01-before</code>
/// <para>Writes a machine as it was at a checkpoint into a folder.</para>
/// </example>
[Cmdlet(VerbsData.Export, "VMCheckpoint", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMCheckpoint))]
public sealed class ExportVMCheckpointCommand : CheckpointChangeCommand
{
    /// <summary>A folder that is not there yet on the host, an absolute path.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "";

    /// <summary>Write the checkpoint.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, VMCheckpoint checkpoint) => Change(
        host,
        new Target(checkpoint.Id, $"'{checkpoint.Name}' of {checkpoint.VMName} to {Path}", checkpoint),
        Methods.ExportVMCheckpoint,
        new ExportVMCheckpoint { Id = checkpoint.Id, Name = checkpoint.Name, VMId = checkpoint.VMId, VMName = checkpoint.VMName, Path = Path },
        PassThru,
        (_, exported) =>
        {
            if (exported.Status.Length > 0)
            {
                OnPipeline(() => WriteWarning($"VM '{exported.VMName}', checkpoint '{exported.Name}': {exported.Status}"));
            }

            return exported;
        },
        static exported => exported.Status);
}
