using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace Virt.Session;

/// <summary>What happens when the module is imported and removed.</summary>
public sealed class ModuleEvents : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly string[] OurNouns = ["-VM", "-Container", "-Virt", "-Patch"];

    /// <summary>Hyper-V and PowerCLI have commands of the same names: says which of theirs are shadowed now.</summary>
    public void OnImport()
    {
        // A cmdlet and no script: compiling one would cost more than the rest of this.
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        var modules = shell.AddCommand("Get-Module").Invoke<PSModuleInfo>().Where(module => module.Name != "Virt" && module.ExportedCommands.Keys.Any(IsLikeOurs)).ToArray();
        if (modules.Length == 0)
        {
            return;
        }

        var ours = new HashSet<string>(OurNames(), StringComparer.OrdinalIgnoreCase);
        foreach (var module in modules)
        {
            var shadowed = module.ExportedCommands.Keys.Where(ours.Contains).OrderBy(name => name, StringComparer.OrdinalIgnoreCase).ToArray();
            if (shadowed.Length > 0)
            {
                Warn(shell, $"Virt shadows commands of the module {module.Name}: {string.Join(", ", shadowed)}. "
                    + $"Write {module.Name}\\{shadowed[0]} for theirs and Virt\\{shadowed[0]} for ours, or Import-Module Virt -Prefix Virt.");
            }
        }
    }

    /// <summary>Forgets the connected hosts and closes the connections.</summary>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        ConnectedHosts.Remove([.. ConnectedHosts.All]);
        VirtSession.Close();
    }

    private static bool IsLikeOurs(string name) => OurNouns.Any(noun => name.IndexOf(noun, StringComparison.OrdinalIgnoreCase) > 0);

    private static IEnumerable<string> OurNames() => typeof(ModuleEvents).Assembly.GetExportedTypes()
        .SelectMany(type => type.GetCustomAttributes(typeof(CmdletAttribute), inherit: false).Cast<CmdletAttribute>())
        .Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}");

    // Not Write-Warning: an engine without the utility module does not have it.
    private static void Warn(PowerShell shell, string text)
    {
        shell.Commands.Clear();
        if (shell.AddScript("$Host").Invoke<PSHost>().FirstOrDefault() is { UI: { } ui })
        {
            ui.WriteWarningLine(text);
        }
    }
}
