using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Makes hosts peers of each other.</summary>
/// <remarks>
/// Afterwards the agents of the two trust each other's certificates, and VMs can move between them. With -DestinationHost the session asks that host for a
/// one-time code and gives it to the host of -ComputerName; with -Address and -Code a code is used that New-VirtPeerCode has made there.
/// </remarks>
/// <example>
/// <code>Add-VirtPeer hostb</code>
/// <para>Makes this host and hostb peers. This session must reach both.</para>
/// </example>
/// <example>
/// <code>
/// $code = New-VirtPeerCode -ComputerName hostb
/// Add-VirtPeer -Address $code.Address -Code $code.Code
/// </code>
/// <para>The same in two steps, for hosts that no one session reaches: the code can be carried from one to the other.</para>
/// </example>
[Cmdlet(VerbsCommon.Add, "VirtPeer", DefaultParameterSetName = HostSet, SupportsShouldProcess = true)]
[OutputType(typeof(VirtPeer))]
public sealed class AddVirtPeerCommand : NewCommand
{
    private const string HostSet = "DestinationHost";
    private const string CodeSet = "Code";

    /// <summary>The other host, as -ComputerName takes it: one that this session is connected with, or can reach.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = HostSet)]
    [Alias("Destination")]
    [ArgumentCompleter(typeof(ConnectedHostCompleter))]
    public string DestinationHost { get; set; } = "";

    /// <summary>Where the other agent listens for peers, such as hostb:7711. With -DestinationHost only where its agent names an address that cannot be reached.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CodeSet)]
    [Parameter(ParameterSetName = HostSet)]
    public string Address { get; set; } = "";

    /// <summary>What New-VirtPeerCode has given there.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CodeSet)]
    public string Code { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachHost(HostNames, host => Guard(Other, () => Add(host)));

    private string Other => ParameterSetName == HostSet ? DestinationHost : Address;

    private void Add(HostCalls host)
    {
        var request = new AddVirtPeer { Address = Address, Code = Code };
        if (ParameterSetName == HostSet)
        {
            // Each host needs a code of its own; one that is not used is worthless after a minute.
            var other = new HostCalls(DestinationHost, static _ => { }, Cancellation);
            var code = other.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode { Lifetime = TimeSpan.FromMinutes(1) });
            request = new AddVirtPeer { Address = Address.Length > 0 ? Address : code.Address, Code = code.Code };
        }

        Change(host, new Target(Guid.Empty, Other, Other), Methods.AddVirtPeer, request);
    }
}
