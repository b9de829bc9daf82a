using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of every cmdlet: it owns cancellation, the hosts, and what becomes of errors and progress.</summary>
public abstract partial class VirtCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private PipelineQueue? queue;

    /// <summary>
    /// The hosts: names of hosts that Connect-VirtHost has connected (wildcards are allowed), or endpoints such as ssh://root@hostb,
    /// unix:///run/virt/agent.sock and npipe://server/name; vm:web01 is the agent inside the virtual machine web01 (New-VM -WithAgent), hostb/vm:web01 of one on another
    /// host; any other name is that host by SSH. Several are asked in parallel. Without it, and without an object that knows its host: the hosts that were connected with -Default, else the variable VIRT_ENDPOINT, else the agent of this machine.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("VMHost")]
    [ArgumentCompleter(typeof(ConnectedHostCompleter))]
    public virtual string[] ComputerName { get; set; } = [];

    /// <summary>Set when the user has pressed Ctrl+C or the pipeline has stopped.</summary>
    private protected CancellationToken Cancellation => stop.Token;

    /// <summary>The hosts to ask.</summary>
    private protected string[] HostNames
    {
        get
        {
            RequireBound();
            var names = ComputerName.Where(name => !string.IsNullOrEmpty(name)).SelectMany(ConnectedHosts.Expand).Distinct(StringComparer.Ordinal).ToArray();
            return names.Length == 0 ? VirtSession.DefaultHosts : names;
        }
    }

    /// <summary>What the user gave, and no piped object.</summary>
    private protected HashSet<string> Typed { get; private set; } = [];

    /// <inheritdoc/>
    protected override void BeginProcessing() => Typed = new HashSet<string>(MyInvocation.BoundParameters.Keys, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            stop.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <summary>Asks every host, several in parallel; a host that cannot be reached is one error and loses nothing of the others.</summary>
    private protected void ForEachHost(string[] hosts, Action<HostCalls> body)
    {
        if (hosts.Length == 1)
        {
            OnHost(hosts[0], body);
            return;
        }

        using var gathered = new PipelineQueue();
        queue = gathered;
        try
        {
            gathered.Run(Array.ConvertAll(hosts, name => (Action)(() => OnHost(name, body))), stop.Cancel);
        }
        finally
        {
            queue = null;
        }
    }

    /// <summary>Does something with one object; its failure is an error record with what the user gave as target, and the next object's turn.</summary>
    private protected void Guard(object? input, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (Cancellation.IsCancellationRequested && e is OperationCanceledException or VirtException)
        {
            throw new PipelineStoppedException();
        }
        catch (VirtException e) when (!ErrorRecords.IsHostFailure(e))
        {
            Report(e, input);
        }
    }

    /// <summary>Writes an object, from any thread.</summary>
    private protected void Emit(object? item)
    {
        if (item is not null and not Nothing)
        {
            OnPipeline(() => WriteObject(item, enumerateCollection: item is ContainerImage[] or VM[]));
        }
    }

    /// <summary>Writes an error, from any thread.</summary>
    private protected void Report(VirtException e, object? input) => OnPipeline(() => WriteError(ErrorRecords.From(e, input)));

    /// <summary>Writes the errors that came with a list, each with the very thing that the user gave.</summary>
    private protected void Report(ErrorInfo[] errors) => Array.ForEach(errors, error => Report(new VirtException(error), error.Target));

    /// <summary>Writes a warning, from any thread.</summary>
    private protected void Warn(string text) => OnPipeline(() => WriteWarning(text));

    /// <summary>Asks the user something, from any thread.</summary>
    private protected T AskUser<T>(Func<T> ask) => queue is null ? ask() : queue.Ask(ask);

    /// <summary>Ends the cmdlet because of what the user gave.</summary>
    private protected void Refuse(string id, string message, object? input, string action) =>
        ThrowTerminatingError(ErrorRecords.From(new VirtException(ErrorCode.InvalidArgument, id, message, action: action), input));

    /// <summary>How it is asked whether it works: as a whole, or by its parts.</summary>
    private protected HealthCheck? HealthOf(HealthCheck? whole, HealthCheck? parts)
    {
        try
        {
            HealthParameters.RequireOne(whole is not null, parts is not null);
        }
        catch (VirtException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, whole));
        }

        return whole ?? parts;
    }

    /// <summary>True where the user gave the parameter.</summary>
    private protected bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>A duration from a -…Seconds parameter.</summary>
    private protected static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>Refuses -For Port without a port, and a port without -For Port.</summary>
    private protected void RequirePort(WaitCondition condition, int port)
    {
        if (condition == WaitCondition.Port != (port != 0))
        {
            Refuse("PortRequired", "Cannot wait: -For Port and -Port <number> are required together.", port, $"{MyInvocation.MyCommand.Name} -For Port -Port 22");
        }
    }

    // Each of our objects brings a ComputerName. One of which nothing else could be taken would be no choice at all, and the cmdlet would be done with everything on that host.
    private void RequireBound()
    {
        if (!Typed.Contains(nameof(ComputerName)) && IsGiven(nameof(ComputerName)) && MyInvocation.BoundParameters.Keys.All(key => Typed.Contains(key) || key.Equals(nameof(ComputerName), StringComparison.OrdinalIgnoreCase)) && PipedObject.Of(this) is { } piped && PipedObject.IsNoHost(piped))
        {
            var name = MyInvocation.MyCommand.Name;
            Refuse("InputObjectNotBound", $"Cannot use a {piped.TypeNames[0].Split('.').Last()} from the pipeline: {name} takes none.", piped, $"Get-Help {name} -Full");
        }
    }

    private void OnHost(string computerName, Action<HostCalls> body)
    {
        try
        {
            Guard(computerName, () => body(new HostCalls(computerName, record => OnPipeline(() => WriteProgress(record)), Cancellation)));
        }
        catch (VirtException e)
        {
            Report(e, computerName);
        }
    }

    private protected void OnPipeline(Action action)
    {
        if (queue is null)
        {
            action();
        }
        else
        {
            queue.Post(action);
        }
    }
}
