using System;
using System.Linq;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Virt.Registries;

/// <summary>Reads JSON with what every PowerShell has: Windows PowerShell has no other reader without a library of its own.</summary>
internal static class JsonText
{
    /// <summary>Reads a document; a byte order mark is allowed.</summary>
    /// <exception cref="XmlException">It is no JSON.</exception>
    public static XElement Parse(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.TrimStart('\uFEFF'));
        using var reader = JsonReaderWriterFactory.CreateJsonReader(bytes, new XmlDictionaryReaderQuotas { MaxDepth = 64, MaxStringContentLength = int.MaxValue, MaxArrayLength = int.MaxValue, MaxBytesPerRead = int.MaxValue, MaxNameTableCharCount = int.MaxValue });
        return XElement.Load(reader);
    }

    /// <summary>A property of an object; null where it has none of that name.</summary>
    public static XElement? Property(XElement? element, Func<string, bool> isName) => element?.Elements().FirstOrDefault(property => isName(Name(property)));

    /// <summary>The text of a property; null where there is none.</summary>
    public static string? Text(XElement? element, string name) => Property(element, found => found == name) is { } property && (string?)property.Attribute("type") == "string" ? property.Value : null;

    // A name that XML does not allow stands in an attribute.
    private static string Name(XElement property) => (string?)property.Attribute("item") ?? property.Name.LocalName;
}
