using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace Virt.Tests.House;

/// <summary>Inside the agent a folder uses only folders to its left; Vms, Containers and Registries never use each other.</summary>
public sealed partial class AgentFolderTests
{
    private const string Agent = "agent/Virt.Agent";

    // Folders of one rank do not use each other, except where they are the same folder.
    private static readonly Dictionary<string, int> Rank = new()
    {
        ["Common"] = 0,
        ["Events"] = 1,
        ["Links"] = 1,
        ["State"] = 1,
        ["Operations"] = 2,
        ["Hosts"] = 3,
        ["Storage"] = 3,
        ["Networks"] = 3,
        ["Images"] = 4,
        ["Vms"] = 5,
        ["Containers"] = 5,
        ["Registries"] = 5,
        ["Patching"] = 6,
        ["Fleet"] = 7,
        ["Rpc"] = 8,
    };

    [Fact]
    public void A_folder_of_the_agent_uses_only_folders_to_its_left()
    {
        Assert.Empty(SourceTree.CSharp(Agent).Where(static file => FolderOf(file) is not null).SelectMany(WrongUses));
    }

    [Fact]
    public void Every_folder_of_the_agent_has_its_place_in_the_order()
    {
        var unknown = SourceTree.CSharp(Agent).Select(FolderOf).Where(static folder => folder is not null && !Rank.ContainsKey(folder)).Distinct();
        Assert.Empty(unknown);
    }

    [Fact]
    public void A_namespace_is_the_folder_that_it_stands_in()
    {
        var wrong = SourceTree.CSharp("agent/Virt.Agent", "agent/Virt.Linux")
            .Where(static file => Namespace().Match(file.Text) is { Success: true } match && match.Groups["name"].Value != FolderNamespace(file))
            .Select(static file => $"{file.Path} is not in {FolderNamespace(file)}");
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("using Virt.Agent.Rpc;", "Vms", true)]
    [InlineData("using Virt.Agent.Containers;", "Vms", true)]
    [InlineData("var x = new Rpc.Router();", "Vms", true)]
    [InlineData("// see Rpc.Router", "Vms", false)]
    [InlineData("using Virt.Agent.State;", "Vms", false)]
    [InlineData("using Virt.Agent.Vms.Qmp;", "Vms", false)]
    [InlineData("vm.State.ToString();", "Common", false)]
    [InlineData("public Table Operations { get; } void Open() => Operations.Open();", "State", false)]
    public void The_scan_sees_a_wrong_arrow_and_only_that(string code, string folder, bool isWrong)
    {
        Assert.Equal(isWrong, WrongUses(new SourceFile($"{Agent}/{folder}/Example.cs", code)).Any());
    }

    private static IEnumerable<string> WrongUses(SourceFile file)
    {
        var own = FolderOf(file)!;
        var code = file.Code;
        return FolderUse().Matches(code)
            .Where(match => !match.Groups["short"].Success || !HasMember(code, match.Groups["short"].Value))
            .Select(static match => match.Groups["full"].Success ? match.Groups["full"].Value : match.Groups["short"].Value)
            .Where(used => Rank.TryGetValue(used, out var rank) && used != own && rank >= Rank.GetValueOrDefault(own, int.MaxValue))
            .Distinct(StringComparer.Ordinal)
            .Select(used => $"{file.Path} uses {used}");
    }

    // A property of that name, such as the table Operations of the store, is what the name then means.
    private static bool HasMember(string code, string name) => Regex.IsMatch(code, $@"[\w>?\]] {name} *(\{{|=>|=|;)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));

    // Files at the agent's root (Program.cs and its like) compose everything and may use everything.
    private static string? FolderOf(SourceFile file) => file.Path[(Agent.Length + 1)..].Split('/') is { Length: > 1 } parts ? parts[0] : null;

    private static string FolderNamespace(SourceFile file)
    {
        var folders = file.Path.Split('/')[1..^1];
        return string.Join('.', folders);
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Namespace();

    // Named in full (using lines too), or by the tail that a namespace inside Virt.Agent sees.
    [GeneratedRegex(@"\bVirt\.Agent\.(?<full>\w+)|(?<![\w.])(?<short>State|Operations|Hosts|Storage|Networks|Images|Vms|Containers|Patching|Fleet|Rpc)\.[A-Z]\w*(?=[.(\s])", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex FolderUse();
}
