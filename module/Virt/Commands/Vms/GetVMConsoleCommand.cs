using System;
using System.Linq;
using System.Management.Automation;
using System.Text;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets what the serial consoles of virtual machines have shown last.</summary>
/// <remarks>Gives the last 64 KB line by line, as the guest wrote them; reading takes nothing away. To look on, or to type, there is Connect-VMConsole.</remarks>
/// <example>
/// <code>Get-VMConsole web01 -Tail 20</code>
/// <para>Shows the last lines of a machine's console.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMConsole", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(string))]
public sealed class GetVMConsoleCommand : VMTargetCommand
{
    /// <summary>Only the last lines, as many. Without it: all that is kept.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Tail { get; set; } = int.MaxValue;

    private protected override void Act(HostCalls host, Target target)
    {
        var shown = host.Invoke(Methods.GetVMConsole, new GetVMConsole { Id = target.Id, Name = target.Name });
        var lines = Encoding.UTF8.GetString(shown.Bytes).TrimEnd('\r', '\n').Split('\n');
        foreach (var line in lines.Skip(Math.Max(0, lines.Length - Tail)).Where(_ => shown.Bytes.Length > 0))
        {
            Emit(line.TrimEnd('\r'));
        }
    }
}
