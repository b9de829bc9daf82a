using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using Xunit;

namespace Virt.Tests.House;

/// <summary>module → Virt.Protocol ← Virt.Agent → Virt.Linux, and nothing else.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Virt.Protocol.Generator"] = [],
        ["Virt.HelpGenerator"] = [],
        ["Virt.Linux"] = [],
        ["Virt.Protocol"] = ["Virt.Protocol.Generator"],
        ["Virt.Agent"] = ["Virt.Protocol", "Virt.Linux"],
        ["Virt"] = ["Virt.Protocol", "Virt.HelpGenerator"],
        ["Virt.Shell"] = [],
    };

    [Fact]
    public void A_project_references_only_what_the_arrows_allow()
    {
        var wrong = SourceTree.Projects
            .Where(static project => !project.IsUnder("tests"))
            .SelectMany(static project => References(project).Where(to => !Allowed(project).Contains(to)).Select(to => $"{project.Path} references {to}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_product_project_has_its_place_in_the_arrows()
    {
        var unknown = SourceTree.Projects.Where(static project => !project.IsUnder("tests") && !MayReference.ContainsKey(NameOf(project))).Select(static project => project.Path);
        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_project_stands_in_the_solution()
    {
        var solution = File.ReadAllText(RepositoryRoot.File("VirtTools.sln")).Replace('\\', '/');
        Assert.Empty(SourceTree.Projects.Where(project => !solution.Contains($"\"{project.Path}\"", System.StringComparison.Ordinal)).Select(static project => project.Path));
    }

    [Fact]
    public void PowerShell_is_known_to_the_module_and_its_help_alone()
    {
        var wrong = SourceTree.CSharp("agent", "build").Where(static file => !file.IsUnder("build/Virt.HelpGenerator") && file.Code.Contains("System.Management.Automation", System.StringComparison.Ordinal)).Select(static file => file.Path);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Package_versions_stand_in_one_file()
    {
        var wrong = SourceTree.Projects
            .Where(static project => XDocument.Parse(project.Text).Descendants("PackageReference").Any(static package => package.Attribute("Version") is not null))
            .Select(static project => project.Path);
        Assert.Empty(wrong);
    }

    private static string NameOf(SourceFile project) => Path.GetFileNameWithoutExtension(project.Path);

    private static string[] Allowed(SourceFile project) => MayReference.GetValueOrDefault(NameOf(project), []);

    private static IEnumerable<string> References(SourceFile project) =>
        XDocument.Parse(project.Text).Descendants("ProjectReference").Select(static reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
}
