using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets what the guests of virtual machines are.</summary>
/// <remarks>
/// Asks each guest through its guest agent: operating system and kernel, host name, time zone, who is logged in, network interfaces and addresses, file systems, and the agent's version;
/// with -IncludePackages also which packages are installed (dpkg, rpm, apk). What a guest does not tell is empty; where no guest agent answers, that is an error.
/// </remarks>
/// <example>
/// <code>Get-VMGuest web01</code>
/// <para>Shows the system in a machine.</para>
/// </example>
/// <example>
/// <code>(Get-VMGuest web01 -IncludePackages).Packages | Where-Object Name -like 'openssl*'</code>
/// <para>Shows which version of a package a guest has.</para>
/// </example>
/// <example>
/// <code>(Get-VM web01 | Get-VMGuest).FileSystems | Where-Object { $_.UsedBytes -gt 0.9 * $_.SizeBytes }</code>
/// <para>Shows file systems of a guest that are nearly full.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMGuest", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMGuest))]
public sealed class GetVMGuestCommand : VMTargetCommand
{
    /// <summary>How long the guest agent may take for each of its answers, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>Ask which packages are installed too.</summary>
    [Parameter]
    public SwitchParameter IncludePackages { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Emit(host.Invoke(Methods.GetVMGuest, new GetVMGuest { Id = target.Id, Name = target.Name, AnswerTimeout = Seconds(TimeoutSeconds), IncludePackages = IncludePackages }));
}
