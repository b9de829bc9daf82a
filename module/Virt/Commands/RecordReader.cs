using System;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace Virt.Commands;

/// <summary>Makes contract records again of what ConvertFrom-Json has made of them: every property that is there under its name, instants to their last digit.</summary>
internal static class RecordReader
{
    /// <summary>Gives a value of the type.</summary>
    /// <exception cref="PSInvalidCastException">The value does not fit.</exception>
    public static object? Read(Type type, object? value)
    {
        var wrapped = value is null ? null : PSObject.AsPSObject(value);
        if (wrapped is null || type.IsInstanceOfType(wrapped.BaseObject))
        {
            return wrapped?.BaseObject;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsArray)
        {
            return ReadArray(type.GetElementType()!, wrapped);
        }

        if (type == typeof(DateTimeOffset))
        {
            return ReadInstant(wrapped);
        }

        // Windows PowerShell writes a TimeSpan with all its properties.
        if (type == typeof(TimeSpan) && wrapped.Properties["Ticks"]?.Value is { } ticks)
        {
            return TimeSpan.FromTicks(LanguagePrimitives.ConvertTo<long>(ticks));
        }

        return wrapped.BaseObject is PSCustomObject && type.IsClass && type != typeof(string)
            ? ReadRecord(type, wrapped)
            : LanguagePrimitives.ConvertTo(wrapped.BaseObject, type, CultureInfo.InvariantCulture);
    }

    private static object ReadRecord(Type type, PSObject source)
    {
        var record = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            if (source.Properties[property.Name]?.Value is { } value)
            {
                property.SetValue(record, Read(property.PropertyType, value));
            }
        }

        return record;
    }

    private static Array ReadArray(Type element, PSObject source)
    {
        var items = LanguagePrimitives.GetEnumerable(source)?.Cast<object>().ToArray() ?? [source];
        var array = Array.CreateInstance(element, items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            array.SetValue(Read(element, items[i]), i);
        }

        return array;
    }

    // PowerShell 7 makes a DateTime of a text that looks like one; Windows PowerShell writes an object with ticks.
    private static DateTimeOffset ReadInstant(PSObject source) => source.BaseObject switch
    {
        DateTime { Kind: DateTimeKind.Unspecified } time => new DateTimeOffset(time, TimeSpan.Zero),
        DateTime time => new DateTimeOffset(time).ToUniversalTime(),
        string text => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUniversalTime(),
        _ when source.Properties["UtcTicks"]?.Value is { } ticks => new DateTimeOffset(LanguagePrimitives.ConvertTo<long>(ticks), TimeSpan.Zero),
        _ => LanguagePrimitives.ConvertTo<DateTimeOffset>(source.BaseObject),
    };
}
