using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Virt.HelpGenerator;

/// <summary>The XML comments that the compiler gathered, by member.</summary>
internal sealed partial class XmlComments
{
    private readonly Dictionary<string, XElement> members;

    public XmlComments(string path) => members = XDocument.Load(path).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    /// <summary>The text of one part of a type's comment.</summary>
    public string Of(Type type, string part) => Find("T:" + Name(type), part);

    /// <summary>The summary of a property, where it is declared.</summary>
    public string Of(System.Reflection.PropertyInfo property) => Find($"P:{Name(property.DeclaringType!)}.{property.Name}", "summary");

    /// <summary>The examples of a type: code, and what it does.</summary>
    public IReadOnlyList<(string Code, string Remarks)> Examples(Type type) => members.TryGetValue("T:" + Name(type), out var member)
        ? member.Elements("example").Select(example => (Code(example.Element("code")!.Value), Text(example.Element("para")))).ToArray()
        : [];

    // The compiler gives the lines of a comment with what they were indented by in the source.
    private static string Code(string text)
    {
        var lines = text.Trim('\r', '\n').TrimEnd().Split('\n');
        var indent = lines.Skip(1).Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select((line, i) => i == 0 ? line.TrimStart() : line.Length > indent ? line[indent..] : "")).Trim();
    }

    private string Find(string member, string part) => members.TryGetValue(member, out var found) && found.Element(part) is { } element
        ? Text(element)
        : throw new InvalidDataException($"Cannot write help: {member} has no <{part}> comment.");

    private static string Name(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!;

    // References are shown by their last word, and line breaks of the source mean nothing.
    private static string Text(XElement? element) => element is null ? "" : Spaces().Replace(
        string.Concat(element.Nodes().Select(node => node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "see" } see => see.Attribute("cref")?.Value.Split('.').Last() ?? "",
            XElement inner => inner.Value,
            _ => "",
        })),
        " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}
