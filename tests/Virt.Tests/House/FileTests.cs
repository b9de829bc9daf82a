using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace Virt.Tests.House;

/// <summary>Small files, one public type in each, and a name that says what it is.</summary>
public sealed partial class FileTests
{
    private const int LongestFile = 400;
    private const int LongestMedian = 130;

    private static readonly string[] Product = ["agent", "module", "build"];

    [Fact]
    public void No_file_is_longer_than_400_lines()
    {
        var tooLong = SourceTree.CSharp("agent", "module", "build", "tests").Where(static file => file.LineCount > LongestFile).Select(static file => $"{file.Path}: {file.LineCount} lines");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Half_of_the_files_are_shorter_than_130_lines()
    {
        var lengths = SourceTree.CSharp(Product).Select(static file => file.LineCount).Order().ToList();
        Assert.InRange(lengths[lengths.Count / 2], 1, LongestMedian);
    }

    [Fact]
    public void A_file_has_one_public_type_and_its_name()
    {
        var wrong = SourceTree.CSharp(Product)
            .Select(static file => (file, types: PublicType().Matches(file.Text).Select(static match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal).ToList()))
            .Where(static found => found.types.Count > 1 || found.types.Any(type => type != Path.GetFileName(found.file.Path).Split('.')[0]))
            .Select(static found => $"{found.file.Path}: {string.Join(", ", found.types)}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_name_ends_in_a_word_that_says_nothing() // a package manager is what everybody calls it
    {
        Assert.Empty(SourceTree.CSharp("agent", "module", "build", "tests").Where(static file => EmptyWord().IsMatch(file.Name)).Select(static file => file.Path));
    }

    [Fact]
    public void Lines_end_as_git_and_the_editor_config_have_them()
    {
        Assert.Empty(SourceTree.Files.Where(static file => file.Text.Contains('\r', StringComparison.Ordinal)).Select(static file => file.Path));
    }

    [GeneratedRegex(@"^public (?:(?:sealed|static|abstract|readonly|partial|ref|unsafe) )*(?:record struct|record|class|struct|enum|interface|delegate [\w<>?]+) (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"(Helper|Helpers|(?<!Package)Manager|Utils|Util|Impl|V2)\.", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex EmptyWord();
}
