using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets the updates that wait for VMs and containers.</summary>
/// <remarks>
/// Fetches the lists of packages anew, in the guests, and for containers in throw-away containers of the same image, and says for each workload which
/// packages would be updated, from which version to which, and which of them are for security. Changes nothing. A workload that cannot be asked says why in
/// its Problem, and in a warning where it was to be expected that it can.
/// </remarks>
/// <example>
/// <code>Get-PatchStatus</code>
/// <para>Shows what waits for every VM and container of this host.</para>
/// </example>
/// <example>
/// <code>Get-PatchStatus -Container web | Select-Object -ExpandProperty Packages</code>
/// <para>Shows the packages that wait for one container.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "PatchStatus")]
[OutputType(typeof(PatchStatus))]
public sealed class GetPatchStatusCommand : WorkloadCommand
{
    private protected override bool NeedsTarget => false;

    private protected override void Act(HostCalls host, WorkloadTargets targets)
    {
        var found = host.Invoke(Methods.GetPatchStatus, new GetPatchStatus { Targets = targets.ToRequest() });
        foreach (var status in found.Items)
        {
            Emit(status);

            // Where nothing was to be expected, as of a machine that is off or a container without a package manager, the table is enough.
            if (status.Problem.StartsWith("Cannot ", StringComparison.Ordinal))
            {
                Warn(status.Problem);
            }
        }

        Report(found.Errors);
    }
}
