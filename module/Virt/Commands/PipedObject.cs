using System.Management.Automation;
using System.Reflection;

namespace Virt.Commands;

/// <summary>The object that the pipeline has just brought.</summary>
internal static class PipedObject
{
    // No public property has it, neither in Windows PowerShell 5.1 nor in PowerShell 7; a parameter that took it whatever it is would take it from the parameters that are meant.
    private static readonly PropertyInfo? Current = typeof(PSCmdlet).BaseType?.BaseType?.GetProperty("CurrentPipelineObject", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <summary>That of a cmdlet; null: none, or this PowerShell does not say.</summary>
    public static PSObject? Of(PSCmdlet cmdlet) => Current?.GetValue(cmdlet) as PSObject;

    /// <summary>True for one of ours that stands for something on a host, and not for the host itself; also for what Import-Clixml or remoting have made of it.</summary>
    public static bool IsNoHost(PSObject piped) => IsOurs(piped.TypeNames[0]) && !piped.TypeNames[0].EndsWith("." + nameof(VirtHost), System.StringComparison.Ordinal);

    private static bool IsOurs(string type) => type.StartsWith("Virt.", System.StringComparison.Ordinal) || type.Contains(".Virt.");
}
