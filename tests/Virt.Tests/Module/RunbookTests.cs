using System;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>The runbooks, where there is no Pester: each is a script, has its test, and calls our cmdlets with parameters that they have.</summary>
public sealed class RunbookTests : IDisposable
{
    private readonly Shell shell = new();

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(RepositoryRoot.File("docs", "runbooks"), "*.ps1").Select(file => Path.GetFileName(file)!).Where(name => !name.EndsWith(".Tests.ps1", StringComparison.Ordinal))];

    public void Dispose() => shell.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void It_has_a_Pester_test_and_a_line_in_the_readme(string name)
    {
        var test = RepositoryRoot.File("docs", "runbooks", Path.ChangeExtension(name, ".Tests.ps1"));
        Assert.True(File.Exists(test), $"{test} is there");
        Parser.ParseFile(test, out _, out var errors);
        Assert.Empty(errors);
        Assert.Contains(name, File.ReadAllText(RepositoryRoot.File("docs", "runbooks", "README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_calls_our_cmdlets_with_parameters_that_they_have(string name)
    {
        var script = Parser.ParseFile(RepositoryRoot.File("docs", "runbooks", name), out _, out var errors);
        Assert.Empty(errors);
        CommandText.CallsOurs(shell, script);
    }
}
