using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Opens the serial console of a virtual machine in the terminal.</summary>
/// <remarks>
/// Shows what the console has shown last, at most 64 KB, and then what comes; keys go to the guest, Ctrl+C too. Ctrl+] leaves it, and the machine runs on. Several can look and type at
/// the same time. It ends with the machine, after -TimeoutSeconds, and at the end of standard input where that is no keyboard. To read a console in a script there is Get-VMConsole.
/// A guest shows on its serial console what it is told to: Linux by console=ttyS0 on its command line and a getty there.
/// </remarks>
/// <example>
/// <code>Connect-VMConsole web01</code>
/// <para>Opens a machine's console; Ctrl+] leaves it.</para>
/// </example>
/// <example>
/// <code>Connect-VMConsole web01 -ReadOnly -TimeoutSeconds 1</code>
/// <para>Shows for a second what comes, and types nothing.</para>
/// </example>
[Cmdlet(VerbsCommunications.Connect, "VMConsole", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(void))]
public sealed class ConnectVMConsoleCommand : VMTerminalCommand;
