using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes the firmware of virtual machines, from their next start on.</summary>
/// <remarks>
/// The firmware starts what it finds first in what -BootOrder names, then in the first disk, then in the others. A network adapter named there (nic0) is started from by PXE, which a BIOS, and any model but Virtio, needs the
/// package ipxe-qemu for; adapters come into and out of the order while the machine is off. What is taken out of the machine goes from the order too. With -SecureBoot UEFI starts only what those have signed who sign for
/// everybody (Microsoft's keys, with which distributions have their loaders signed); turning it on or off gives the machine, which must be off, new UEFI variables: what systems have written
/// there of how they are started is found anew. Manufacturer, product, serial number and asset tag are what the guest reads by dmidecode; empty: as QEMU says them.
/// With -FirmwarePath a machine of generation 1, which must be off, begins with that file in place of the BIOS: U-Boot, coreboot, a SeaBIOS of one's own (libvirt's loader element, QEMU's -bios). It is read at each start, is of whole
/// 64 KB up to 16 MB, and stays a file of its host: the machine does not move, and is not exported, with it.
/// </remarks>
/// <example>
/// <code>Add-VMDvdDrive web02; Set-VMFirmware web02 -BootOrder dvd0, disk0 -PassThru</code>
/// <para>Starts a machine from its DVD drive where there is something in it.</para>
/// </example>
/// <example>
/// <code>New-VM pxe01 128MB -NoVHD -Generation 1; Set-VMFirmware pxe01 -BootOrder nic0 -PassThru; Remove-VM pxe01 -Confirm:$false</code>
/// <para>Has a machine start from its network.</para>
/// </example>
/// <example>
/// <code>Set-VMFirmware web02 -EnableSecureBoot Off -WhatIf</code>
/// <para>Says whether a machine could start what nobody has signed.</para>
/// </example>
/// <example>
/// <code>Set-VMFirmware web02 -Manufacturer Contoso -SerialNumber VM-0002 -AssetTag 4711</code>
/// <para>Says what an inventory shall read in the guest.</para>
/// </example>
/// <example>
/// <code>New-VM fw01 128MB -NoVHD -Generation 1 | Set-VMFirmware -FirmwarePath /usr/share/seabios/bios-256k.bin -PassThru; Remove-VM fw01 -Confirm:$false</code>
/// <para>Has a machine begin with firmware of one's own.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "VMFirmware", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMFirmware))]
public sealed class SetVMFirmwareCommand : VMPartChangeCommand
{
    /// <summary>The names of drives and network adapters, such as dvd0, nic0, disk0, each once; @(): as it was made.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] BootOrder { get; set; } = [];

    /// <summary>Start only what is signed; -SecureBoot:$false: start anything.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter SecureBoot { get; set; }

    /// <summary>The same in Hyper-V's words: On or Off.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public OnOffState EnableSecureBoot { get; set; }

    /// <summary>Who has made the machine, up to 64 characters.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Manufacturer { get; set; } = "";

    /// <summary>What it is called, up to 64 characters.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Product { get; set; } = "";

    /// <summary>Its serial number, up to 64 characters.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string SerialNumber { get; set; } = "";

    /// <summary>Its number in an inventory, up to 64 characters.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string AssetTag { get; set; } = "";

    /// <summary>A file of the host with firmware of your own in place of the BIOS, such as /usr/lib/u-boot/qemu-x86/u-boot.rom; '': the BIOS again.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string FirmwarePath { get; set; } = "";

    /// <summary>Write the firmware.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (IsGiven(nameof(SecureBoot)) && IsGiven(nameof(EnableSecureBoot)))
        {
            Refuse("SecureBootTwice", "Cannot change the firmware: -SecureBoot and -EnableSecureBoot say the same; give one of them.", EnableSecureBoot, $"Set-VMFirmware -EnableSecureBoot {EnableSecureBoot}");
        }
    }

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.SetVMFirmware,
        new SetVMFirmware
        {
            Id = target.Id,
            Name = target.Name,
            BootOrder = IsWanted(nameof(BootOrder)) ? BootOrder : null,
            SecureBoot = IsWanted(nameof(EnableSecureBoot)) ? EnableSecureBoot == OnOffState.On : IsWanted(nameof(SecureBoot)) ? SecureBoot.ToBool() : null,
            Manufacturer = IsWanted(nameof(Manufacturer)) ? Manufacturer : null,
            Product = IsWanted(nameof(Product)) ? Product : null,
            SerialNumber = IsWanted(nameof(SerialNumber)) ? SerialNumber : null,
            AssetTag = IsWanted(nameof(AssetTag)) ? AssetTag : null,
            FirmwarePath = IsWanted(nameof(FirmwarePath)) ? FirmwarePath : null,
        },
        PassThru);
}
