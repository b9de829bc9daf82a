using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Takes names and values as a hashtable, <c>@{ A = 1 }</c>, or as <c>'A=1'</c> strings, which is what a CSV file can hold (<c>A=1;B=2</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NameValuesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is IDictionary or null)
        {
            return value!;
        }

        var table = new Hashtable(StringComparer.Ordinal);
        var texts = value is string one ? one.Split(';') : LanguagePrimitives.GetEnumerable(value)?.Cast<object>().Select(item => item.ToString()!) ?? [value.ToString()!];
        foreach (var text in texts.Where(text => text.Length > 0))
        {
            var at = text.IndexOf('=');
            if (at <= 0)
            {
                throw new ArgumentTransformationMetadataException($"Cannot use '{text}': @{{ Name = 'value' }} or 'Name=value' is required.");
            }

            table[text.Substring(0, at)] = text.Substring(at + 1);
        }

        return table;
    }

    /// <summary>The same as strings, for the wire; null: none.</summary>
    internal static Dictionary<string, string> ToStrings(IDictionary? values)
    {
        var strings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry pair in values ?? new Hashtable())
        {
            strings[LanguagePrimitives.ConvertTo<string>(pair.Key)] = LanguagePrimitives.ConvertTo<string>(pair.Value) ?? "";
        }

        return strings;
    }
}
