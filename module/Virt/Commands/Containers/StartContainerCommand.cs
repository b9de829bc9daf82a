using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Starts containers, or makes one from an image and starts it.</summary>
/// <remarks>
/// With names, objects or ids it starts containers that are there, leaves those alone that run already, and writes them with -PassThru. With -Image it is docker run: it makes a
/// container with the parameters of New-Container, starts it and writes it. With -Wait it returns when it has come to what -For names.
/// </remarks>
/// <example>
/// <code>Start-Container -Image starter -Name db -MemoryBytes 128MB -- sleep 600</code>
/// <para>Makes a container and starts it. What stands behind -- is its command.</para>
/// </example>
/// <example>
/// <code>Start-Container -Image localhost:5000/team/app:1.0 -Pull Missing -Name app</code>
/// <para>Fetches the image where the host does not have it, makes a container from it and starts it.</para>
/// </example>
/// <example>
/// <code>Start-Container web -Wait -For Running -PassThru</code>
/// <para>Starts a container that is there, waits until it runs, and shows it.</para>
/// </example>
/// <example>
/// <code>(Start-Container -Image starter -RemoveOnExit -Init -Wait -For Stopped -- sh -c 'exit 3').ExitCode</code>
/// <para>Runs a command to its end under an init, gives its exit code, and leaves nothing behind.</para>
/// </example>
/// <example>
/// <code>(Start-Container -Image starter -Isolation VM -MemoryBytes 128MB -RemoveOnExit -Wait -For Stopped -- sh -c 'exit 3').ExitCode</code>
/// <para>Runs a command on a kernel of its own, in a virtual machine that is there for as long as the command runs.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Start, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class StartContainerCommand : ContainerSpecCommand
{
    /// <summary>The names of containers; wildcards are allowed. With -Image: the names of the new containers; without it one is made up.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
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

    /// <summary>Return when the container has come to what -For names.</summary>
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

    /// <summary>How long to wait, in seconds; 0: for ever.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>Write the container. With -Image it is written anyway.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string[] TargetNames => Name;

    private protected override Container[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequirePort(For, Port);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != ParameterSets.Image)
        {
            base.ProcessRecord();
            return;
        }

        var names = Name.Length > 0 ? Array.ConvertAll(Name, name => (string?)name) : [null];
        ForEachHost(HostNames, host => Array.ForEach(names, name => Guard(name ?? Image, () =>
            Start(host, new Target(Guid.Empty, name ?? Image, name ?? Image), new StartContainer { Create = Spec(name) }, emit: true))));
    }

    private protected override void Act(HostCalls host, Target target) =>
        Start(host, target, new StartContainer { Id = target.Id, Name = target.Name }, PassThru);

    private void Start(HostCalls host, Target target, StartContainer request, bool emit) =>
        Change(host, target, Methods.StartContainer, request, emit, (calls, container) => WaitFor(calls, request.Create is null ? container : WarnOfMissing(calls, container, After)));

    private Container WaitFor(HostCalls calls, Container container) => Wait || IsGiven(nameof(For))
        ? calls.Invoke(Methods.WaitContainer, new WaitContainer { Id = container.Id, Name = container.Name, For = For, Port = Port, Timeout = Seconds(TimeoutSeconds) })
        : container;
}
