using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace Virt.HelpGenerator;

/// <summary>Everything that the help of one cmdlet says.</summary>
internal sealed record CmdletPage(
    string Name,
    string Synopsis,
    string Description,
    IReadOnlyList<ParameterPage> Parameters,
    IReadOnlyList<(string Name, IReadOnlyList<ParameterPage> Parameters)> Sets,
    IReadOnlyList<(string Code, string Remarks)> Examples,
    IReadOnlyList<string> Outputs,
    bool SupportsShouldProcess)
{
    /// <summary>Reads a cmdlet's class and its comments.</summary>
    public static CmdletPage Read(Type type, XmlComments comments)
    {
        var cmdlet = type.GetCustomAttribute<CmdletAttribute>()!;
        var blank = Activator.CreateInstance(type)!;
        var parameters = type.GetProperties()
            .Where(property => property.GetCustomAttributes<ParameterAttribute>(inherit: false).Any())
            .SelectMany(property => ParameterPage.Read(property, comments, blank))
            .ToArray();
        var sets = parameters.Select(parameter => parameter.Set).Where(set => set.Length > 0).Distinct(StringComparer.Ordinal).DefaultIfEmpty("")
            .OrderBy(set => set == cmdlet.DefaultParameterSetName ? 0 : 1)
            .Select(set => (set, (IReadOnlyList<ParameterPage>)parameters.Where(parameter => parameter.Set == set || parameter.Set.Length == 0)
                .OrderBy(Order).ToArray()))
            .ToArray();
        return new CmdletPage(
            $"{cmdlet.VerbName}-{cmdlet.NounName}",
            comments.Of(type, "summary"),
            comments.Of(type, "remarks"),
            parameters.GroupBy(parameter => parameter.Name, StringComparer.Ordinal).Select(ParameterPage.Merge).OrderBy(Order).ToArray(),
            sets,
            comments.Examples(type),
            type.GetCustomAttributes<OutputTypeAttribute>().SelectMany(output => output.Type).Select(output => output.Name).Where(name => name != "System.Void").ToArray(),
            cmdlet.SupportsShouldProcess);
    }

    private static int Order(ParameterPage parameter) => parameter.Position ?? (parameter.Required ? 100 : parameter.Name == "ComputerName" ? 102 : 101);
}
