using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Opens an interactive session in a virtual machine.</summary>
/// <remarks>
/// Takes the terminal to the serial console of the guest, where its login prompt or its shell is: what Enter-Container is for a container and Enter-PSSession for a machine of Hyper-V. It is what
/// Connect-VMConsole does, which says more of it: Ctrl+] leaves, and the machine runs on. For scripts there is Invoke-VMCommand.
/// </remarks>
/// <example>
/// <code>Enter-VM web01 -TimeoutSeconds 1</code>
/// <para>Looks into a machine for a second; without -TimeoutSeconds until Ctrl+] is typed.</para>
/// </example>
[Cmdlet(VerbsCommon.Enter, "VM", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(void))]
public sealed class EnterVMCommand : VMTerminalCommand;
