using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes a virtual machine of a folder that Export-VM has written.</summary>
/// <remarks>
/// <para>
/// The machine has the settings that it had and its disk, and an identity of its own: another id and system UUID, another hardware and network address. With -KeepIdentity it has its own again, where this host has no machine that has it.
/// With it it has its virtual TPM again; another machine gets a new one. It is not started.
/// </para>
/// <para>
/// What the machine has of its host by name must be there before: its network (New-VirtNetwork, or -Network for another one), and its image where it starts the kernel of that. The error says what is missing; nothing is left of an import that
/// fails. Every byte of the archive is verified, and that there is room for the disk is looked at before.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// Export-VM web02 -Path /tmp/web02
/// Import-VM /tmp/web02 -Name web02-again
/// </code>
/// <para>Writes a machine into a folder, and makes another one of it.</para>
/// </example>
[Cmdlet(VerbsData.Import, "VM", SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class ImportVMCommand : NewCommand
{
    /// <summary>The folder on the host, an absolute path.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "";

    /// <summary>What the machine is to be called. Without it: as it was.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? Name { get; set; }

    /// <summary>For an archive that holds only what has changed since a checkpoint (-Since): the folders of the archives that it stands on, down to a whole one, in any order.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] BasePath { get; set; } = [];

    /// <summary>Give it the id, the hardware address and the network address that it had.</summary>
    [Parameter]
    public SwitchParameter KeepIdentity { get; set; }

    /// <summary>Its network on this host, as for New-VM. Without it: the one that has the name of its own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Network")]
    [ArgumentCompleter(typeof(VMNetworkNameCompleter))]
    public string? SwitchName { get; set; }

    /// <summary>Its address in the network. Without it: a free one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] IPAddress { get; set; } = [];

    /// <summary>Ports of the host that lead to it, as for New-VM; @() for none. Without it: those that it had.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[]? Publish { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachHost(HostNames, host => Guard(Path, () => Change(
        host,
        new Target(System.Guid.Empty, Given(Name) ?? Path, Path),
        Methods.ImportVM,
        new ImportVM { Path = Path, Name = Given(Name) ?? "", KeepIdentity = KeepIdentity, SwitchName = Given(SwitchName), IPAddresses = IPAddress, Publish = Publish, BasePaths = BasePath })));
}
