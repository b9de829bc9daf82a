using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that start virtual machines, and wait for what becomes of them.</summary>
public abstract class VMStartingCommand : VMChangeCommand
{
    /// <summary>Return when the machine has come to what -For names.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>What -Wait waits for; giving it is enough to wait.</summary>
    [Parameter]
    [PSDefaultValue(Value = WaitCondition.Running)]
    public WaitCondition For { get; set; } = WaitCondition.Running;

    /// <summary>The TCP port of -For Port.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequirePort(For, Port);
    }

    private protected VM WaitFor(HostCalls calls, VM vm, int timeoutSeconds) => Wait || IsGiven(nameof(For))
        ? calls.Invoke(Methods.WaitVM, new WaitVM { Id = vm.Id, Name = vm.Name, For = For, Port = Port, Timeout = Seconds(timeoutSeconds) })
        : vm;
}
