using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Presses keys of the keyboards of virtual machines.</summary>
/// <remarks>
/// Presses one key or chord after another, then types -Text, as on a keyboard of the United States. Keys are letters, digits, f1 to f12 and names such as enter, esc, tab, space, delete,
/// backspace, home, end, pageup, left, ctrl, alt, shift and win, or what QEMU calls them (kp_5, bracket_left).
/// </remarks>
/// <example>
/// <code>Send-VMKey web01 ctrl-alt-delete</code>
/// <para>Presses three keys together.</para>
/// </example>
/// <example>
/// <code>Send-VMKey web01 esc, esc -Text "uname -a`n"</code>
/// <para>Presses Escape twice, then types a line.</para>
/// </example>
[Cmdlet(VerbsCommunications.Send, "VMKey", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class SendVMKeyCommand : VMTargetCommand
{
    /// <summary>Keys, one after another; those that are pressed together are joined by dashes.</summary>
    [Parameter(Position = 1)]
    public string[] Key { get; set; } = [];

    /// <summary>A text to type after the keys.</summary>
    [Parameter]
    public string Text { get; set; } = "";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!IsGiven(nameof(Key)) && !IsGiven(nameof(Text)))
        {
            Refuse("NoKey", "Cannot press keys: none is given; the machine comes first, then its keys.", null, "Send-VMKey <vm> enter");
        }
    }

    private protected override void Act(HostCalls host, Target target)
    {
        if (MayChange(host, target, () => Require(host, target)))
        {
            // An observer of output: keys must not be pressed twice.
            host.Invoke(Methods.SendVMKey, new SendVMKey { Id = target.Id, Name = target.Name, Keys = Key, Text = Text }, observer: new CallObserver { Output = static (_, _) => { } });
        }
    }
}
