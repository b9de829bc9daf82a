using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Plans a patch run without changing anything.</summary>
/// <remarks>
/// A plan says for each workload exactly which packages are brought from which version to which, of a container also the digest of its image, and what stands in the
/// way, with the command that mends it or tells more.
/// It can be looked at, kept as JSON (ConvertTo-Json -Depth 10), approved by somebody else, and applied exactly by Invoke-Patch -Plan, which refuses it once
/// it was altered or the workloads have changed meanwhile. Each host makes a plan of its own.
/// </remarks>
/// <example>
/// <code>New-PatchPlan -Container web | Select-Object -ExpandProperty Targets | Select-Object Name, Packages, Problems</code>
/// <para>Shows what would be done with a container.</para>
/// </example>
/// <example>
/// <code>$json = New-PatchPlan -Container web | ConvertTo-Json -Depth 10</code>
/// <para>Keeps a plan as text. Invoke-Patch -Plan $json applies it later.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "PatchPlan")]
[OutputType(typeof(PatchPlan))]
public sealed class NewPatchPlanCommand : PatchFilterCommand
{
    private protected override void Act(HostCalls host, WorkloadTargets targets)
    {
        var made = host.Invoke(Methods.NewPatchPlan, new NewPatchPlan { Targets = targets.ToRequest(), Filter = Filter });
        if (made.Plan.Targets.Length > 0)
        {
            Emit(made.Plan);
        }

        Report(made.Errors);
    }
}
