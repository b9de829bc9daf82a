using System;
using System.Globalization;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Makes a plan again of what ConvertFrom-Json has read, instants to their last digit.</summary>
internal static class PlanJson
{
    /// <summary>Gives a plan.</summary>
    /// <exception cref="PSInvalidCastException">Something in it does not fit, or is not of a plan.</exception>
    public static object Read(Type kind, PSObject json) => LanguagePrimitives.ConvertTo(Mend(json), kind, CultureInfo.InvariantCulture);

    // Windows PowerShell writes instants and durations with all their properties, and some arrays as an object of value and Count.
    private static object? Mend(object? value)
    {
        if (value is not PSObject { BaseObject: PSCustomObject } json)
        {
            var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
            return plain is object[] items ? Array.ConvertAll(items, Mend) : plain;
        }

        if (json.Properties["UtcTicks"]?.Value is { } instant)
        {
            return new DateTimeOffset(LanguagePrimitives.ConvertTo<long>(instant), TimeSpan.Zero);
        }

        if (json.Properties["Ticks"]?.Value is { } duration)
        {
            return TimeSpan.FromTicks(LanguagePrimitives.ConvertTo<long>(duration));
        }

        var properties = json.Properties.ToArray();
        if (properties.Length == 2 && json.Properties["value"] is { } list && json.Properties["Count"] is not null)
        {
            return Mend(list.Value);
        }

        var mended = new PSObject();
        Array.ForEach(properties, property => mended.Properties.Add(new PSNoteProperty(property.Name, Mend(property.Value))));
        return mended;
    }
}
