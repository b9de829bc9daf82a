using System;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Lets a parameter be the texts that are meant, and nothing else: PowerShell would turn any object into a string.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class TextsAttribute : ArgumentTransformationAttribute
{
    /// <summary>What one of them is, such as <c>name</c>.</summary>
    private protected abstract string Noun { get; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        LanguagePrimitives.GetEnumerable(inputData) is { } items ? items.Cast<object>().Select(Read).ToArray() : new[] { Read(inputData) };

    /// <summary>The text that an object stands for; null: it stands for none.</summary>
    private protected abstract string? TextOf(PSObject item);

    /// <summary>A property of a row such as Import-Csv makes; what was made of our own objects is none.</summary>
    private protected static string? CellOf(PSObject item, string property) =>
        item.BaseObject is PSCustomObject && !item.TypeNames[0].Contains("Virt.") ? item.Properties[property]?.Value?.ToString() : null;

    private string Read(object? item)
    {
        if (item is null)
        {
            throw Refused($"Cannot use null as a {Noun}.");
        }

        var wrapped = PSObject.AsPSObject(item);
        return TextOf(wrapped) ?? throw Refused($"Cannot use a {wrapped.TypeNames[0]} as a {Noun}: {Noun}s are strings.");
    }

    private static ArgumentTransformationMetadataException Refused(string message) => new(message, new PSInvalidCastException(message));
}
