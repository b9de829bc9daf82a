using System;
using System.Text.RegularExpressions;

namespace Virt.Tests.House;

/// <summary>A file of the repository, as the house rules look at it.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Text">All of it.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>The C# without comments and without the contents of strings, line by line as it was.</summary>
    public string Code => CommentOrString().Replace(Text, static match => match.Value[0] == '/' ? string.Empty : "\"\"");

    public int LineCount => Text.AsSpan().TrimEnd('\n').Count('\n') + 1;

    public bool IsUnder(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>The place of a match for a message: path and line.</summary>
    public string At(int index) => $"{Path}:{Text.AsSpan(0, index).Count('\n') + 1}";

    public string Name => System.IO.Path.GetFileName(Path);

    // Raw strings first: they hold quotes. Block comments do not occur in this code base, and line comments end with the line.
    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"|@\"(?:\"\"|[^\"])*\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|//[^\\n]*", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex CommentOrString();
}
