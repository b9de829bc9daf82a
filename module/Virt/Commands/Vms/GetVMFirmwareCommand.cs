using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets the firmware of virtual machines.</summary>
/// <remarks>
/// Gives the kind of firmware (BIOS, UEFI, or ROM where the machine begins with a file of its host, FirmwarePath), in which order it looks for something to start, whether it starts only what is signed, and what the guest reads of its maker; all of it as it is from the next start on.
/// </remarks>
/// <example>
/// <code>Get-VMFirmware web01</code>
/// <para>Shows the firmware of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VM | Get-VMFirmware | Where-Object SecureBoot -eq $false</code>
/// <para>Shows which machines start what is not signed.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMFirmware", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMFirmware))]
public sealed class GetVMFirmwareCommand : GetVMPartCommand<VMFirmware>
{
    private protected override (VMFirmware[] Items, ErrorInfo[] Errors) Find(HostCalls host, string[] names, Guid[] ids)
    {
        var found = host.Invoke(Methods.GetVMFirmware, new GetVMFirmware { Names = names, Ids = ids });
        return (found.Items, found.Errors);
    }
}
