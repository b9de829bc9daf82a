using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Waits until containers have come to a condition.</summary>
/// <remarks>Returns as soon as the condition holds. When the time is over, the error says what was awaited and why it did not come.</remarks>
/// <example>
/// <code>(Wait-Container job -PassThru).ExitCode</code>
/// <para>Waits until a container has ended, and gives its exit code.</para>
/// </example>
/// <example>
/// <code>Get-Container web | Wait-Container -For Running -TimeoutSeconds 10</code>
/// <para>Waits until a container runs.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Wait, "Container", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(Container))]
public sealed class WaitContainerCommand : ContainerTargetCommand
{
    /// <summary>What to wait for.</summary>
    [Parameter]
    public WaitCondition For { get; set; } = WaitCondition.Stopped;

    /// <summary>The TCP port of -For Port.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>How long to wait, in seconds; 0: for ever.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>Write the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequirePort(For, Port);
    }

    private protected override void Act(HostCalls host, Target target)
    {
        var container = host.Invoke(Methods.WaitContainer, new WaitContainer { Id = target.Id, Name = target.Name, For = For, Port = Port, Timeout = Seconds(TimeoutSeconds) });
        Emit(PassThru ? container : null);
    }
}
