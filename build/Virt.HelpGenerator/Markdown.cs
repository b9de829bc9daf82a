using System.Linq;
using System.Text;

namespace Virt.HelpGenerator;

/// <summary>Writes docs/cmdlets/Verb-Noun.md.</summary>
internal static class Markdown
{
    /// <summary>The page of one cmdlet.</summary>
    public static string Write(CmdletPage page)
    {
        var text = new StringBuilder();
        text.Append("<!-- Made by build/Virt.HelpGenerator from the comments of the cmdlet's class. -->\n");
        text.Append($"# {page.Name}\n\n{page.Synopsis}\n\n{page.Description}\n\n## Syntax\n\n```\n");
        foreach (var set in page.Sets)
        {
            var common = page.SupportsShouldProcess ? " [-WhatIf] [-Confirm] [<CommonParameters>]" : " [<CommonParameters>]";
            text.Append($"{page.Name} {string.Join(' ', set.Parameters.Select(parameter => parameter.Syntax()))}{common}\n");
        }

        text.Append("```\n\n## Examples\n");
        foreach (var (code, remarks) in page.Examples)
        {
            text.Append($"\n{remarks}\n\n```powershell\n{code}\n```\n");
        }

        text.Append("\n## Parameters\n\n| parameter | type | what it says |\n|---|---|---|\n");
        foreach (var parameter in page.Parameters)
        {
            text.Append($"| `-{parameter.Name}`{Aliases(parameter)} | {(parameter.Type.Length > 0 ? parameter.Type : "switch")} | {Description(parameter)} |\n");
        }

        text.Append($"\n## Output\n\n{(page.Outputs.Count > 0 ? string.Join(", ", page.Outputs.Select(output => $"`{output}`")) : "None")}\n");
        return text.ToString();
    }

    private static string Aliases(ParameterPage parameter) => parameter.Aliases.Length > 0 ? $", `-{parameter.Aliases}`" : "";

    private static string Description(ParameterPage parameter)
    {
        var text = new StringBuilder(parameter.Description.Replace("|", "\\|"));
        if (parameter.Values.Count > 0)
        {
            text.Append($" One of {string.Join(", ", parameter.Values)}.");
        }

        if (parameter.Default.Length > 0)
        {
            text.Append($" Default: {parameter.Default}.");
        }

        return text.Append(parameter.PipelineInput switch
        {
            "true (ByValue)" => " From the pipeline.",
            "true (ByPropertyName)" => " From the pipeline by property name.",
            "true (ByValue, ByPropertyName)" => " From the pipeline, also by property name.",
            _ => "",
        }).ToString();
    }
}
