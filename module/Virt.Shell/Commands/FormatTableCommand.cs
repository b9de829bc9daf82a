using System;
using System.Management.Automation;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace Virt.Shell.Commands;

/// <summary>
/// Stands in for Format-Table. The whole of it is in the engine; the original, in a library that no registry has, is as short as this but may
/// touch the engine's internals by their names.
/// </summary>
[Cmdlet(VerbsCommon.Format, "Table")]
[Alias("ft")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public FormatTableCommand()
    {
        var engine = typeof(OuterFormatTableBase).Assembly;
        var shape = engine.GetType("Microsoft.PowerShell.Commands.Internal.Format.FormatShape", throwOnError: true)!;
        var worker = engine.GetType("Microsoft.PowerShell.Commands.Internal.Format.InnerFormatShapeCommand", throwOnError: true)!;
        typeof(FrontEndCommandBase).GetField("implementation", Any)!
            .SetValue(this, Activator.CreateInstance(worker, Any, null, [Enum.Parse(shape, "Table")], null));
    }
}
