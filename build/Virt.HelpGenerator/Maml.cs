using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;

namespace Virt.HelpGenerator;

/// <summary>Writes the file that Get-Help reads.</summary>
internal static class Maml
{
    private static readonly XNamespace Text = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>Writes all cmdlets into one file.</summary>
    public static void Write(string path, IEnumerable<CmdletPage> pages) =>
        new XDocument(new XElement(XName.Get("helpItems", "http://msh"), new XAttribute("schema", "maml"), pages.Select(Page))).Save(path);

    private static XElement Page(CmdletPage page)
    {
        var words = page.Name.Split('-');
        return new XElement(
            Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Text),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XElement(
                Command + "details",
                new XElement(Command + "name", page.Name),
                new XElement(Text + "description", Para(page.Synopsis)),
                new XElement(Command + "verb", words[0]),
                new XElement(Command + "noun", words[1])),
            new XElement(Text + "description", Para(page.Description)),
            new XElement(Command + "syntax", page.Sets.Select(set => new XElement(
                Command + "syntaxItem", new XElement(Text + "name", page.Name), set.Parameters.Select(Parameter)))),
            new XElement(Command + "parameters", page.Parameters.Select(Parameter)),
            new XElement(Command + "inputTypes", page.Parameters.Where(parameter => parameter.PipelineInput.Contains("ByValue")).Select(parameter =>
                new XElement(Command + "inputType", new XElement(Dev + "type", new XElement(Text + "name", parameter.Type))))),
            new XElement(Command + "returnValues", page.Outputs.Select(output =>
                new XElement(Command + "returnValue", new XElement(Dev + "type", new XElement(Text + "name", output))))),
            new XElement(Command + "examples", page.Examples.Select((example, at) => new XElement(
                Command + "example",
                new XElement(Text + "title", $"-------------------------- Example {at + 1} --------------------------"),
                new XElement(Dev + "code", example.Code),
                new XElement(Dev + "remarks", Para(example.Remarks))))));
    }

    private static XElement Parameter(ParameterPage parameter)
    {
        var element = new XElement(
            Command + "parameter",
            new XAttribute("required", parameter.Required ? "true" : "false"),
            new XAttribute("globbing", parameter.Wildcards ? "true" : "false"),
            new XAttribute("pipelineInput", parameter.PipelineInput),
            new XAttribute("position", parameter.Position?.ToString() ?? "named"),
            new XAttribute("aliases", parameter.Aliases),
            new XElement(Text + "name", parameter.Name),
            new XElement(Text + "description", Para(parameter.Description)));
        if (parameter.Values.Count > 0)
        {
            element.Add(new XElement(Command + "parameterValueGroup", parameter.Values.Select(value => new XElement(
                Command + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", "false"), value))));
        }
        else if (parameter.Type.Length > 0)
        {
            element.Add(new XElement(Command + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", "false"), parameter.Type));
        }

        element.Add(new XElement(Dev + "defaultValue", parameter.Default));
        return element;
    }

    private static XElement Para(string text) => new(Text + "para", text);
}
