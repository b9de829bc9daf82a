using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace Virt.HelpGenerator;

/// <summary>What the help says of a parameter in one parameter set; an empty set means all.</summary>
internal sealed record ParameterPage(
    string Name, string Set, string Type, string Description, bool Required, int? Position, string PipelineInput, bool Wildcards, string Aliases, string Default, IReadOnlyList<string> Values)
{
    /// <summary>Reads a property: one page for each of its parameter sets.</summary>
    public static IEnumerable<ParameterPage> Read(PropertyInfo property, XmlComments comments, object blank)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var element = type.IsArray ? type.GetElementType()! : type;
        var values = element.IsEnum
            ? Enum.GetNames(element)
            : property.GetCustomAttribute<ValidateSetAttribute>()?.ValidValues.ToArray() ?? [];
        // To the user a word before which objects come from the pipeline is that of the set InputObject.
        foreach (var attribute in property.GetCustomAttributes<ParameterAttribute>(inherit: false).Where(static attribute => attribute.ParameterSetName != "Piped"))
        {
            yield return new ParameterPage(
                property.Name,
                attribute.ParameterSetName == ParameterAttribute.AllParameterSets ? "" : attribute.ParameterSetName,
                type == typeof(SwitchParameter) ? "" : Friendly(element) + (type.IsArray ? "[]" : ""),
                comments.Of(property),
                attribute.Mandatory,
                attribute.Position == int.MinValue ? null : attribute.Position,
                (attribute.ValueFromPipeline, attribute.ValueFromPipelineByPropertyName) switch
                {
                    (true, true) => "true (ByValue, ByPropertyName)",
                    (true, false) => "true (ByValue)",
                    (false, true) => "true (ByPropertyName)",
                    _ => "false",
                },
                property.IsDefined(typeof(SupportsWildcardsAttribute), inherit: false),
                string.Join(", ", property.GetCustomAttribute<AliasAttribute>(inherit: false)?.AliasNames ?? []),
                DefaultOf(property, blank),
                values);
        }
    }

    /// <summary>One page out of those of several sets.</summary>
    public static ParameterPage Merge(IEnumerable<ParameterPage> pages)
    {
        var all = pages.ToArray();
        return all[0] with
        {
            Required = all.All(page => page.Required),
            PipelineInput = all.Select(page => page.PipelineInput).FirstOrDefault(input => input != "false") ?? "false",
        };
    }

    /// <summary>As it stands in a syntax line.</summary>
    public string Syntax()
    {
        var name = Position is null ? $"-{Name}" : $"[-{Name}]";
        var text = Type.Length == 0 ? name : $"{name} <{Type}>";
        return Required ? text : $"[{text}]";
    }

    private static string Friendly(Type type) => type switch
    {
        _ when type == typeof(string) => "string",
        _ when type == typeof(int) => "int",
        _ when type == typeof(long) => "long",
        _ when type == typeof(double) => "double",
        _ when type == typeof(System.Collections.IDictionary) => "hashtable",
        _ => type.Name,
    };

    // A value that is its type's own is nobody's choice, but where the attribute says so: Set-VM changes nothing that is not given.
    private static string DefaultOf(PropertyInfo property, object blank)
    {
        if (property.GetCustomAttribute<PSDefaultValueAttribute>() is { } said)
        {
            return $"{said.Value}";
        }

        var value = property.GetValue(blank);
        var isTypesOwn = value is not null && value.GetType().IsValueType && value.Equals(Activator.CreateInstance(value.GetType()));
        return isTypesOwn || value is null or SwitchParameter or Array or DateTimeOffset ? "" : value.ToString()!;
    }
}
