using System;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Connects this session with hosts.</summary>
/// <remarks>
/// Greets the agents of hosts now, and remembers them for this session: afterwards -ComputerName takes the name of each (the one given here, or the one that
/// the host calls itself) in every cmdlet, and completes it. With -Default cmdlets without -ComputerName go there; several default hosts are asked in
/// parallel. A host that cannot be reached is an error and is not remembered. Hosts are reached through your own ssh, with its keys and configuration.
/// </remarks>
/// <example>
/// <code>Connect-VirtHost hostb -Default; Get-VM</code>
/// <para>Reaches hostb by SSH, and shows its machines: from now on cmdlets go there. ssh://root@hostb:2222 says more of how to reach it.</para>
/// </example>
/// <example>
/// <code>Connect-VirtHost localhost -Name here; Connect-VirtHost hostb; Get-Container -ComputerName here, hostb</code>
/// <para>Shows the containers of this machine and of another one.</para>
/// </example>
[Cmdlet(VerbsCommunications.Connect, "VirtHost")]
[OutputType(typeof(VirtHost))]
public sealed class ConnectVirtHostCommand : VirtCommand
{
    /// <summary>
    /// The hosts: ssh://user@host:port, a bare name for that host by SSH, unix:///path, npipe://server/name, localhost for this machine's agent, or vm:NAME for the agent
    /// inside a virtual machine. Several are greeted in parallel.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("VMHost")]
    [ArgumentCompleter(typeof(ConnectedHostCompleter))]
    public override string[] ComputerName { get; set; } = [];

    /// <summary>What to call the host in this session. Without it: as it was given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Cmdlets without -ComputerName go to this host from now on. -Default:$false takes that back.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var given = ComputerName.Distinct(StringComparer.Ordinal).ToArray();
        if (Name is not null && given.Length > 1)
        {
            Refuse("OneHostRequired", $"Cannot call {given.Length} hosts '{Name}': a name is for one.", Name, "Connect-VirtHost with one host at a time, or without -Name.");
        }

        if (Name is not null && WildcardPattern.ContainsWildcardCharacters(Name))
        {
            Refuse("InvalidName", $"Cannot call a host '{Name}': wildcards are for finding hosts.", Name, "Use a name such as 'hostb'.");
        }

        var endpoints = given.ToLookup(Endpoint, StringComparer.Ordinal);
        ForEachHost([.. endpoints.Select(group => group.Key)], host => Array.ForEach([.. endpoints[host.ComputerName]], text => Connect(host, text)));
    }

    // A bare name is SSH here even where a connected host calls itself so.
    private static string Endpoint(string given) => ConnectedHosts.Named(given)?.Endpoint ?? (VirtEndpoint.TrySplit(given, out _, out _) ? VirtSession.EndpointOf(given) : null)
        ?? (given is "." or "localhost" ? VirtSession.DefaultEndpoint : given.IndexOf("://", StringComparison.Ordinal) < 0 ? "ssh://" + given : given);

    private void Connect(HostCalls host, string given)
    {
        try
        {
            var facts = host.Invoke(Methods.GetVirtHost, new GetVirtHost());
            var name = Name ?? given;
            ConnectedHosts.Add(new ConnectedHost(name, host.ComputerName, facts.Name, IsGiven(nameof(Default)) ? Default : ConnectedHosts.Named(name)?.IsDefault == true));
            facts.ComputerName = name;
            Emit(facts);
        }
        catch (VirtException e) when (!Cancellation.IsCancellationRequested)
        {
            Report(e, given);
        }
    }
}
