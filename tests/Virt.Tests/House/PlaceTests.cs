using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace Virt.Tests.House;

/// <summary>Some things stand in one place only, so that there is one place to read and to mend.</summary>
public sealed partial class PlaceTests
{
    // The client starts the user's own ssh, the module the user's own keeper of secrets; they are the user's processes, not the agent's.
    private static readonly string[] StartsProcesses = ["agent/Virt.Protocol/Client/SshStream.cs", "module/Virt/Registries/CredentialProgram.cs"];

    [Fact]
    public void Unsafe_code_and_native_imports_stand_only_in_Virt_Linux()
    {
        Assert.Empty(Matches(Native(), SourceTree.CSharp("agent", "module", "build").Where(static file => !file.IsUnder("agent/Virt.Linux")), static file => file.Code));
        Assert.Empty(SourceTree.Projects
            .Where(static project => project.Text.Contains("AllowUnsafeBlocks", System.StringComparison.Ordinal) && project.Path != "agent/Virt.Linux/Virt.Linux.csproj" && !project.IsUnder("tests"))
            .Select(static project => project.Path));
    }

    [Fact]
    public void Sql_stands_only_in_State()
    {
        Assert.Empty(Matches(Sql(), SourceTree.CSharp("agent", "module").Where(static file => !file.IsUnder("agent/Virt.Agent/State")), static file => file.Text));
    }

    [Fact]
    public void Processes_are_started_only_by_the_keeper()
    {
        Assert.Empty(Matches(
            ProcessStart(),
            SourceTree.CSharp("agent", "module").Where(static file => !file.IsUnder("agent/Virt.Linux/Processes") && !StartsProcesses.Contains(file.Path)),
            static file => file.Code));
    }

    [Fact]
    public void The_agent_and_the_module_serialize_without_reflection()
    {
        // The console host is no part of the agent or of the wire, and hosts an engine that is all reflection.
        Assert.Empty(Matches(Reflection(), SourceTree.CSharp("agent", "module").Where(static file => !file.IsUnder("module/Virt.Shell")), static file => file.Code));
    }

    [Theory]
    [InlineData("[LibraryImport(\"libc\")]")]
    [InlineData("private static unsafe void Run()")]
    public void The_scan_sees_native_code(string code) => Assert.Matches(Native(), code);

    [Theory]
    [InlineData("var query = \"SELECT id FROM vm\";")]
    [InlineData("using Microsoft.Data.Sqlite;")]
    public void The_scan_sees_sql(string code) => Assert.Matches(Sql(), code);

    private static IEnumerable<string> Matches(Regex what, IEnumerable<SourceFile> files, System.Func<SourceFile, string> part) =>
        files.Select(file => (file, match: what.Match(part(file)))).Where(static found => found.match.Success).Select(static found => $"{found.file.Path}: {found.match.Value}");

    [GeneratedRegex(@"\bunsafe\b|\[(Dll|Library)Import\b|\bUnmanagedCallersOnly\b|\bdelegate\*", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Native();

    [GeneratedRegex(@"Microsoft\.Data\.Sqlite|SQLitePCL|\b(SELECT [\w*, ]+ FROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET|CREATE TABLE|PRAGMA \w+)\b", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Sql();

    [GeneratedRegex(@"\bProcess\.Start\b|\bProcessStartInfo\b|\bnew Process\b", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ProcessStart();

    [GeneratedRegex(@"\bMessagePackSerializer\.|\bJsonSerializer\.(De)?[Ss]erialize(Async)?<|\bActivator\.CreateInstance\b", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Reflection();
}
