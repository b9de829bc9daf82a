using System;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>
/// Refuses what Select-Object, Import-Clixml or remoting have made of objects of another kind: PowerShell would turn anything with a Name into
/// a machine.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KindAttribute(Type kind) : ArgumentTransformationAttribute
{
    /// <summary>The kind of object that is meant.</summary>
    public Type Kind { get; } = kind;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var items = LanguagePrimitives.GetEnumerable(inputData)?.Cast<object>() ?? [inputData];
        foreach (var name in items.OfType<PSObject>().Where(item => item.BaseObject is PSCustomObject).Select(item => item.TypeNames[0]))
        {
            if (name.Contains(".Virt.") && !name.EndsWith("." + Kind.FullName, StringComparison.Ordinal))
            {
                throw new ArgumentTransformationMetadataException(
                    $"Cannot use a {name} as a {Kind.Name}.", new PSInvalidCastException($"Cannot use a {name} as a {Kind.Name}."));
            }
        }

        return inputData;
    }
}
