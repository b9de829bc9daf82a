using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Virt.Protocol;

namespace Virt.Agent.Images.Build;

/// <summary>Makes an error for a person of what mmdebstrap, apt and dpkg have said: pure.</summary>
/// <param name="kind">What was to be made: <c>VM image</c>.</param>
/// <param name="name">Its name.</param>
/// <param name="source">The distribution.</param>
internal sealed partial class BootstrapErrors(string kind, string name, DistributionSource source)
{
    private const int MostLines = 3;

    // What says only that something has failed that another line tells of.
    private static readonly string[] Echoes = ["mmdebstrap failed to run", "apt-get ", "setup failed", "run_chroot failed", "Some index files failed", "The package lists or status file", "Sub-process ", "pid ", "subprocess failed", "chroot "];

    /// <summary>The error.</summary>
    /// <param name="exitCode">mmdebstrap's.</param>
    /// <param name="output">All that it has written.</param>
    /// <param name="isDiskFull">No room is left where it worked.</param>
    public VirtException Of(int exitCode, string output, bool isDiskFull)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (isDiskFull || Has("No space left on device") || Has("You don't have enough free space") || Has("Disk quota exceeded"))
        {
            return Make(ErrorCode.ResourceExhausted, "ImageBuildDiskFull", "the host has no room left for its packages", "df -h");
        }

        if (Missing().Match(output) is { Success: true } missing)
        {
            return Make(ErrorCode.NotFound, "PackageNotFound", $"{source.Suite} has no package '{missing.Groups["name"].Value}' in {Where()}", source.Mirrors.Count > 0 ? "-Component names more parts of a mirror, such as main, universe." : $"apt-cache policy {missing.Groups["name"].Value}");
        }

        if (Has("NO_PUBKEY") || Has("is not signed"))
        {
            return Make(ErrorCode.Unauthenticated, "MirrorNotTrusted", $"this host has no key by which it could trust {Where()} ({Said(lines)})", "apt-get install debian-archive-keyring ubuntu-keyring");
        }

        if (Has("does not have a Release file") || NoSuite().IsMatch(output))
        {
            return Make(ErrorCode.NotFound, "DistributionNotFound", $"{Where()} have no distribution '{source.Suite}' ({Said(lines)})", "-Distribution bookworm, or another that the mirror has; names are written in lower case.");
        }

        if (Has("Could not connect") || Has("Could not resolve") || Has("Connection timed out") || Has("Temporary failure resolving") || Has("Unable to connect") || Has("Connection failed") || Has("Failed to fetch"))
        {
            return Make(ErrorCode.Unavailable, "MirrorNotReachable", $"{Where()} do not give what is asked for ({Said(lines)})", "Try again, or name another mirror: -Mirror http://localhost/debian");
        }

        return Make(ErrorCode.InvalidArgument, "ImageBuildFailed", $"mmdebstrap ended with {exitCode} ({Said(lines)})", "mmdebstrap --help");

        bool Has(string text) => output.Contains(text, StringComparison.Ordinal);
    }

    private string Where() => source.Mirrors.Count > 0 ? "the mirrors that were named" : "the mirrors of the distribution";

    // The last lines that say why: those of errors, and what dpkg says of a script; where there are none, the last ones.
    private static string Said(IReadOnlyList<string> lines)
    {
        var errors = lines.Where(static line => line.StartsWith("E: ", StringComparison.Ordinal)).Select(static line => line[3..])
            .Where(static line => !Array.Exists(Echoes, echo => line.StartsWith(echo, StringComparison.Ordinal)))
            .Concat(lines.Where(static line => line.StartsWith("dpkg: error", StringComparison.Ordinal) || line.StartsWith("dpkg (subprocess)", StringComparison.Ordinal) || line.Contains("subprocess returned error", StringComparison.Ordinal) || line.StartsWith("sh: ", StringComparison.Ordinal)))
            .Distinct(StringComparer.Ordinal).ToList();
        var told = errors.Count > 0 ? errors : [.. lines.Where(static line => !line.StartsWith("I: ", StringComparison.Ordinal))];
        return told.Count == 0 ? "it says nothing" : string.Join("; ", told.TakeLast(MostLines).Select(static line => Spaces().Replace(line, " ").TrimEnd('.')));
    }

    private VirtException Make(ErrorCode code, string id, string cause, string action) =>
        new(code, id, $"Cannot create {kind} '{name}': {cause}.", name, action);

    [GeneratedRegex(@"^E: (Unable to locate package |Package ')(?<name>[^\s']+)'?( has no installation candidate)?\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Missing();

    // A line that says that it is trusted needs no Release file: then it is the lists that are not there.
    [GeneratedRegex(@"^E: Failed to fetch \S+/dists/\S+\s.*(404\s+Not Found|No such file or directory)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex NoSuite();

    [GeneratedRegex(@"\s+", RegexOptions.None, 10_000)]
    private static partial Regex Spaces();
}
