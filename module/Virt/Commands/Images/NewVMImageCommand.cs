using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes images of virtual machines.</summary>
/// <remarks>
/// Copies the disk of a virtual machine that is off into an image, which stands on nothing else, and makes the copy forget whose it was: machine id, SSH host keys, what belongs to its network adapter, and what cloud-init remembers.
/// The machine itself stays as it is. To forget, the copy comes up once in the background without a network, and does it by its guest agent; the property Sealed of the image says what was there and is gone. A guest without a guest
/// agent cannot: that is an error, and -NoSeal copies the disk as it is. Names in the guest's files, users, and passwords are not touched.
/// </remarks>
/// <example>
/// <code>New-VMImage web/1 -VMName web01 -NoSeal -Description 'The web server as it was in November'</code>
/// <para>Makes an image that is the same as the machine's disk.</para>
/// </example>
/// <example>
/// <code>Get-VM web02 | New-VMImage web/2 -TimeoutSeconds 120</code>
/// <para>Makes an image of a machine. Each machine that is made from it becomes another one.</para>
/// </example>
// By default an object: PowerShell would stay with the set whose parameters are bound by property name, as ComputerName is, and miss VMName.
[Cmdlet(VerbsCommon.New, "VMImage", DefaultParameterSetName = ParameterSets.InputObject, SupportsShouldProcess = true)]
[OutputType(typeof(VMImage))]
public sealed class NewVMImageCommand : NewCommand
{
    /// <summary>What the image will be called, such as web/1.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>The virtual machine, which must be off.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Alias("VM")]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public string VMName { get; set; } = "";

    /// <summary>The virtual machine, as Get-VM gives it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VM))]
    public VM InputObject { get; set; } = new();

    /// <summary>Your own words on it. Without it: those on the image that the machine was made from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string Description { get; set; } = "";

    /// <summary>Copy the disk as it is, with all that tells its guest from others.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter NoSeal { get; set; }

    /// <summary>How long the copy of the guest may take to come up, and again to shut down.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 86400)]
    public int TimeoutSeconds { get; set; } = 300;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isObject = ParameterSetName == ParameterSets.InputObject;
        var request = new NewVMImage
        {
            Name = Name,
            VMId = isObject ? InputObject.Id : Guid.Empty,
            VMName = isObject ? InputObject.Name : VMName,
            Description = Description,
            NoSeal = NoSeal,
            Timeout = Seconds(TimeoutSeconds),
        };
        var hosts = isObject && InputObject.ComputerName.Length > 0 ? [InputObject.ComputerName] : HostNames;
        ForEachHost(hosts, host => Guard(isObject ? InputObject : VMName, () => Change(host, new Target(Guid.Empty, Name, isObject ? InputObject : Name), Methods.NewVMImage, request)));
    }
}
