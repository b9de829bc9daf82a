using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gives virtual machines a virtual TPM.</summary>
/// <remarks>
/// The guest finds a TPM 2.0, which swtpm on the host carries out: for BitLocker, LUKS with systemd-cryptenroll, measured boot, keys that never leave it. The machine must be off and of generation 2.
/// The TPM's state is the machine's: checkpoints hold it, a move takes it along, Remove-VM deletes it. A TPM is whose it is, so that a copy of a machine (Copy-VM, Import-VM) gets a new and empty
/// one, unless it is made with -KeepIdentity; an image (New-VMImage) has none. What a guest has sealed with its TPM, such as the key of its disk, no other machine can open: keep its recovery key.
/// </remarks>
/// <example>
/// <code>New-VM vault -Generation 2 -MemoryStartupBytes 256MB -NoVHD; Enable-VMTPM vault</code>
/// <para>Gives a new machine a TPM before its first start.</para>
/// </example>
/// <example>
/// <code>Get-VM | Where-Object { $_.Generation -eq 2 -and $_.State -eq 'Stopped' } | Enable-VMTPM -PassThru</code>
/// <para>Gives one to every machine that can have one and is off.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Enable, "VMTPM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class EnableVMTPMCommand : VMChangeCommand
{
    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.EnableVMTPM, new EnableVMTPM { Id = target.Id, Name = target.Name }, PassThru);
}
