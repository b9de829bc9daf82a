using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace Virt.Agent.Patching.Apt;

/// <summary>Reads why apt-get or dpkg failed out of what they wrote.</summary>
public static partial class AptFailure
{
    /// <summary>What a failed installation becomes.</summary>
    /// <param name="exitCode">apt-get's.</param>
    /// <param name="output">All that it wrote.</param>
    public static PackageException Of(int exitCode, string output)
    {
        var failed = Failed(output);
        if (output.Contains("No space left on device", StringComparison.Ordinal) || output.Contains("You don't have enough free space", StringComparison.Ordinal))
        {
            return new(ErrorCode.ResourceExhausted, "PatchDiskFull", failed.Count == 0 ? "its disk is full" : $"its disk is full (at {string.Join(", ", failed.Keys)})", failed, output);
        }

        if (failed.Count > 0)
        {
            return new(ErrorCode.Unavailable, "PackageFailed", $"package {string.Join("; package ", failed.Select(static f => $"'{f.Key}': {f.Value}"))}", failed, output);
        }

        var error = FirstError(output);
        return IsLocked(output)
            ? new(ErrorCode.Conflict, "PackageManagerLocked", $"another package manager is at work in it ({error})", failed, output)
            : IsNotOffered(output)
            ? new(ErrorCode.PlanOutOfDate, "PlanOutOfDate", $"apt does not offer what was planned ({error})", failed, output)
            : new(ErrorCode.Unavailable, "PackageManagerFailed", error.Length > 0 ? $"apt-get ended with code {exitCode} ({error})" : $"apt-get ended with code {exitCode}", failed, output);
    }

    /// <summary>The packages that dpkg names as failed, each with dpkg's reason.</summary>
    public static IReadOnlyDictionary<string, string> Failed(string output)
    {
        var failed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match match in Processing().Matches(output))
        {
            var what = match.Groups["what"].Value;
            var file = PackageFile().Match(what);
            var name = file.Success ? file.Groups["name"].Value : what.Split(':')[0];
            failed.TryAdd(name, match.Groups["why"].Value.Trim().TrimEnd('.'));
        }

        return failed;
    }

    /// <summary>True where another program holds one of apt's or dpkg's locks.</summary>
    public static bool IsLocked(string output) => output.Contains("Could not get lock", StringComparison.Ordinal) || output.Contains("Unable to acquire the dpkg frontend lock", StringComparison.Ordinal);

    /// <summary>True where a version or a package is in no list any more.</summary>
    public static bool IsNotOffered(string output) => NotOffered().IsMatch(output);

    /// <summary>
    /// The first error of a list that could not be fetched; null where all were. Older apts only warn of it, and end with code 0.
    /// </summary>
    public static string? OfUpdate(int exitCode, string output)
    {
        if (FetchFailed().Match(output) is { Success: true } failed)
        {
            return failed.Groups["why"].Value.Trim().TrimEnd('.', ':');
        }

        return exitCode == 0 ? null : FirstError(output) is { Length: > 0 } error ? error : $"apt-get ended with code {exitCode}";
    }

    private static string FirstError(string output) => Error().Match(output) is { Success: true } error ? error.Groups["why"].Value.Trim().TrimEnd('.') : OutputTail.LastLine(output);

    // dpkg: error processing package virt-bad-script (--configure):
    //  installed virt-bad-script package post-installation script subprocess returned error exit status 1
    [GeneratedRegex(@"^dpkg: error processing (package|archive) (?<what>\S+) \(--\w+\):\s*\n(?<why>[^\n]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Processing();

    // /var/cache/apt/archives/virt-fills-disk_2_all.deb
    [GeneratedRegex(@"/(?<name>[^/_]+)_[^/]*\.deb$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PackageFile();

    [GeneratedRegex(@"^E: (Version '.*' for '.*' was not found|Unable to locate package |Package '.*' has no installation candidate)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotOffered();

    [GeneratedRegex(@"^[EW]: Failed to fetch (?<why>[^\n]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FetchFailed();

    // Without /dev/pts apt says that it cannot write a log, and goes on.
    [GeneratedRegex(@"^E: (?!Can not write log)(?<why>[^\n]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Error();
}
