using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Images.Build;

/// <summary>Finds in buildah's output what it warned of: lines of its log, and of its parser.</summary>
/// <remarks>containers/buildah: logrus' text form for what it logs, <c>[Warning] …</c> for build arguments that nothing uses.</remarks>
internal static class BuildWarnings
{
    private const string Level = "level=warning msg=\"";
    private const string Mark = "[Warning] ";

    /// <summary>The warnings, in the order in which they came, each once.</summary>
    public static IReadOnlyList<string> Of(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(WarningOf).OfType<string>().Distinct(StringComparer.Ordinal)];

    private static string? WarningOf(string line)
    {
        if (line.StartsWith(Mark, StringComparison.Ordinal))
        {
            return line[Mark.Length..];
        }

        // logrus quotes as Go does: only the quotes and backslashes in it are of interest here.
        var at = line.IndexOf(Level, StringComparison.Ordinal);
        return at < 0 ? null : line[(at + Level.Length)..].TrimEnd('"').Replace("\\\"", "\"", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);
    }
}
