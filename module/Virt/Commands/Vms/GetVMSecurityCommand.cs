using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets what protects virtual machines.</summary>
/// <remarks>
/// Gives whether a machine has a virtual TPM (Enable-VMTPM, Disable-VMTPM), and whether it starts only what is signed (Set-VMFirmware -SecureBoot).
/// </remarks>
/// <example>
/// <code>Get-VMSecurity web01</code>
/// <para>Shows it of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VM | Get-VMSecurity | Where-Object TpmEnabled -eq $false</code>
/// <para>Shows which machines have no TPM.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMSecurity", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMSecurity))]
public sealed class GetVMSecurityCommand : GetVMPartCommand<VMSecurity>
{
    private protected override (VMSecurity[] Items, ErrorInfo[] Errors) Find(HostCalls host, string[] names, Guid[] ids)
    {
        var found = host.Invoke(Methods.GetVMSecurity, new GetVMSecurity { Names = names, Ids = ids });
        return (found.Items, found.Errors);
    }
}
