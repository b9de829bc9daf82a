using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Forgets hosts that this session is connected with.</summary>
/// <remarks>Closes the connections and forgets the names. Nothing ends on the hosts: changes that are under way go on there.</remarks>
/// <example>
/// <code>Connect-VirtHost hostb; Disconnect-VirtHost hostb</code>
/// <para>Connects a host and forgets it again. Disconnect-VirtHost * forgets all.</para>
/// </example>
[Cmdlet(VerbsCommunications.Disconnect, "VirtHost")]
[OutputType(typeof(void))]
public sealed class DisconnectVirtHostCommand : VirtCommand
{
    /// <summary>The names of connected hosts; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("VMHost")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectedHostCompleter))]
    public override string[] ComputerName { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in ComputerName)
        {
            Guard(name, () => Array.ForEach([.. Find(name)], host =>
            {
                ConnectedHosts.Remove([host]);
                VirtSession.Close(host.Endpoint);
            }));
        }
    }

    private static IEnumerable<ConnectedHost> Find(string name)
    {
        if (WildcardPattern.ContainsWildcardCharacters(name))
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            return ConnectedHosts.All.Where(host => pattern.IsMatch(host.Name));
        }

        return [ConnectedHosts.Find(name) ?? throw new VirtException(
            ErrorCode.NotFound,
            "HostNotConnected",
            $"Cannot disconnect host '{name}': this session is not connected with a host of that name.",
            name,
            ConnectedHosts.All.Count == 0 ? "Connect-VirtHost" : $"Connected are: {string.Join(", ", ConnectedHosts.All.Select(host => host.Name))}")];
    }
}
