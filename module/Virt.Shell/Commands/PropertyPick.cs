using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>One -Property: a name, a pattern, a script block, or a hashtable with Name and Expression.</summary>
internal sealed class PropertyPick
{
    private readonly object expression;

    private PropertyPick(string name, object expression)
    {
        Name = name;
        this.expression = expression;
    }

    /// <summary>The name that the value gets.</summary>
    public string Name { get; }

    /// <summary>Descending, where the hashtable says so; null where it says nothing.</summary>
    public bool? Descending { get; private init; }

    /// <summary>Reads a -Property, against the object that it is to be taken from, for patterns.</summary>
    public static PropertyPick[] Read(object property, PSObject? item)
    {
        var plain = property is PSObject wrapped ? wrapped.BaseObject : property;
        switch (plain)
        {
            case IDictionary table:
                var name = Entry(table, "Name", "N", "Label", "L");
                var what = Entry(table, "Expression", "E") ?? name ?? throw new PSArgumentException("A property needs a Name or an Expression.");
                return [new PropertyPick((name ?? what).ToString()!, what) { Descending = Entry(table, "Descending") is { } down ? LanguagePrimitives.IsTrue(down) : null }];
            case ScriptBlock block:
                return [new PropertyPick(block.ToString().Trim(), block)];
            default:
                var text = plain.ToString()!;
                if (item is null || !WildcardPattern.ContainsWildcardCharacters(text))
                {
                    return [new PropertyPick(text, text)];
                }

                var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase);
                return item.Properties.Where(found => pattern.IsMatch(found.Name)).Select(found => new PropertyPick(found.Name, found.Name)).ToArray();
        }
    }

    /// <summary>The value of an object.</summary>
    public object? Of(PSObject item)
    {
        if (expression is not ScriptBlock block)
        {
            return item.Properties[expression.ToString()!]?.Value;
        }

        var values = block.InvokeWithContext(null, [new PSVariable("_", item)]);
        return values.Count switch
        {
            0 => null,
            1 => values[0],
            _ => values.ToArray(),
        };
    }

    private static object? Entry(IDictionary table, params string[] names) => table.Keys.Cast<object>()
        .Where(key => names.Contains(key.ToString(), StringComparer.OrdinalIgnoreCase))
        .Select(key => table[key] is PSObject wrapped ? wrapped.BaseObject : table[key])
        .FirstOrDefault();
}
