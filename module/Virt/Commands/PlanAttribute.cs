using System;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>
/// Takes a plan as the cmdlet gave it that made it, as ConvertFrom-Json has read it, or as JSON text. What is no plan is refused, so that in a pipeline it finds
/// its own parameter.
/// </summary>
/// <param name="kind">The plan's type, a contract record.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PlanAttribute(Type kind) : ArgumentTransformationAttribute
{
    /// <summary>The plan's type.</summary>
    public Type Kind { get; } = kind;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (inputData is null)
        {
            return null;
        }

        var items = LanguagePrimitives.GetEnumerable(inputData)?.Cast<object>() ?? [inputData];
        var plans = items.Select(item => PSObject.AsPSObject(item)).SelectMany(item => item.BaseObject is string text ? Parse(text) : [item]).Select(Read).ToArray();
        return plans.Length == 1 ? plans[0] : plans;
    }

    private static PSObject[] Parse(string text)
    {
        if (!text.TrimStart().StartsWith("{", StringComparison.Ordinal) && !text.TrimStart().StartsWith("[", StringComparison.Ordinal))
        {
            throw new ArgumentTransformationMetadataException("Cannot use a text as a plan: it is no JSON. A file is read by Get-Content -Raw.", new PSInvalidCastException());
        }

        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        var parsed = shell.AddCommand("ConvertFrom-Json").AddParameter("InputObject", text).Invoke();
        return [.. parsed.SelectMany(item => LanguagePrimitives.GetEnumerable(item)?.Cast<object>().Select(PSObject.AsPSObject) ?? [item])];
    }

    private object Read(PSObject item)
    {
        if (Kind.IsInstanceOfType(item.BaseObject))
        {
            return item.BaseObject;
        }

        if (item.BaseObject is PSCustomObject && item.Properties["Hash"] is not null)
        {
            try
            {
                return PlanJson.Read(Kind, item);
            }
            catch (PSInvalidCastException e)
            {
                throw new ArgumentTransformationMetadataException($"Cannot use the object as a {Kind.Name}: {e.Message}", e);
            }
        }

        var message = $"Cannot use a {item.TypeNames[0]} as a {Kind.Name}.";
        throw new ArgumentTransformationMetadataException(message, new PSInvalidCastException(message));
    }
}
