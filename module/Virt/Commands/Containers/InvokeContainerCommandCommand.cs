using System;
using System.IO;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Runs a command in a running container.</summary>
/// <remarks>
/// The command joins the container's namespaces and limits, as docker exec does. It gives one result with the exit code and all that the command
/// wrote. A command that fails is no error of the cmdlet, unless -ErrorOnNonZeroExit says so. What begins with a dash stands behind --.
/// </remarks>
/// <example>
/// <code>Invoke-ContainerCommand web -- cat /etc/passwd</code>
/// <para>Runs a command in one container.</para>
/// </example>
/// <example>
/// <code>Get-Container web | Invoke-ContainerCommand -Command id -User 1000 | Select-Object Name, ExitCode, Output</code>
/// <para>Runs a command as another user, in containers from the pipeline.</para>
/// </example>
/// <example>
/// <code>'one', 'two' | Invoke-ContainerCommand web -- wc -l</code>
/// <para>Gives a command its standard input.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "ContainerCommand", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(CommandResult))]
public sealed class InvokeContainerCommandCommand : InvokeCommand<Container>
{
    /// <summary>The names of containers; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Containers, as Get-Container gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(Container))]
    public Container[] InputObject { get; set; } = [];

    /// <summary>The ids of containers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    /// <summary>Who runs it: uid, uid:gid or names from the image. Without it: the container's own.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>The folder that it begins in, an absolute path. Without it: the container's own.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>After so many seconds everything that the command has started is killed, which is an error; 0: never.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; }

    private protected override Noun<Container> Noun => Nouns.Container;

    private protected override string[] TargetNames => Name;

    private protected override Container[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override CommandExit Call(HostCalls host, Target target, CommandInvocation invocation, CallObserver observer)
    {
        var request = new InvokeContainerCommand
        {
            Id = target.Id,
            Name = target.Name,
            Command = invocation.Command,
            Environment = invocation.Environment,
            User = User,
            WorkingDirectory = WorkingDirectory,
            HasInput = invocation.Input is not null,
            Timeout = Seconds(TimeoutSeconds),
        };
        using var stdin = request.HasInput ? new MemoryStream(invocation.Input!) : null;
        return host.Invoke(Methods.InvokeContainerCommand, request, observer: observer, stdin: stdin);
    }
}
