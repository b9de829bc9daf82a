using System;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Text.RegularExpressions;
using Virt.Protocol;

namespace Virt.Agent.Images;

/// <summary>
/// The name of a container image as a user types it and a registry knows it: <c>debian</c> is <c>docker.io/library/debian:latest</c>,
/// <c>host:5000/a/b:tag@sha256:…</c> stands for itself.
/// </summary>
/// <remarks>The grammar is that of the OCI distribution specification (Pulling manifests: name, reference), the short forms are Docker's.</remarks>
/// <param name="Registry">The registry's host, with its port where one was named: <c>docker.io</c>.</param>
/// <param name="Repository">The repository in it: <c>library/debian</c>.</param>
/// <param name="Tag">The tag; null where only a digest was named.</param>
/// <param name="Digest">The manifest's digest, such as <c>sha256:…</c>; null where only a tag was named. Where there are both, the digest says which image is meant.</param>
public sealed partial record ImageReference(string Registry, string Repository, string? Tag, string? Digest)
{
    /// <summary>The registry of names that name none.</summary>
    public const string DefaultRegistry = "docker.io";

    private const string DefaultTag = "latest";
    private const string OfficialFolder = "library/";
    private const int LongestName = 255;

    /// <summary>The whole name: <c>docker.io/library/debian:latest</c>. Two names of the same image have the same one.</summary>
    public string Full => $"{Registry}/{Repository}{Version}";

    /// <summary>The registry and the repository, without tag and digest.</summary>
    public string FullRepository => $"{Registry}/{Repository}";

    /// <summary>The name as people know it, and as it may be typed: <c>debian:latest</c>.</summary>
    public string Familiar => FamiliarRepository + Version;

    /// <summary>What a registry is asked for: the digest, or else the tag.</summary>
    public string Identifier => Digest ?? Tag ?? DefaultTag;

    /// <summary>The repository as people know it: <c>debian</c>, <c>docker.io/library</c> being what is meant.</summary>
    public string FamiliarRepository => Registry != DefaultRegistry ? FullRepository
        : Repository.StartsWith(OfficialFolder, StringComparison.Ordinal) && Repository.IndexOf('/', OfficialFolder.Length) < 0 ? Repository[OfficialFolder.Length..]
        : Repository;

    private string Version => (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <summary>Reads a name.</summary>
    /// <param name="text">What the user typed.</param>
    /// <param name="verb">What it is wanted for, for the error: <c>pull</c>.</param>
    /// <exception cref="VirtException">InvalidArgument: it is no name of an image; the action says what to type.</exception>
    public static ImageReference Parse(string text, string verb = "use") => Read(text, out var problem, out var action)
        ?? throw new VirtException(ErrorCode.InvalidArgument, "InvalidImageName", $"Cannot {verb} image '{text}': {problem}.", text, action);

    /// <summary>Reads a name; false where it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference)
    {
        reference = Read(text, out _, out _);
        return reference is not null;
    }

    /// <summary>The same image by its digest alone.</summary>
    public ImageReference WithDigest(string digest) => this with { Tag = null, Digest = digest };

    /// <summary>The familiar form.</summary>
    public override string ToString() => Familiar;

    private static ImageReference? Read(string text, out string problem, out string action)
    {
        action = "Use a name such as 'debian:12', 'registry.example:5000/team/app:1.2' or 'debian@sha256:…'.";
        if (text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme)
        {
            problem = "an image's name has no scheme";
            action = $"Type '{text[(scheme + 3)..]}'.";
            return null;
        }

        string? digest = null;
        var name = text;
        if (text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            name = text[..at];
            digest = text[(at + 1)..];
            if (!DigestForm().IsMatch(digest))
            {
                problem = $"its digest '{digest}' is none; sha256: and 64 hexadecimal digits in lower case are required";
                return null;
            }
        }

        string? tag = null;
        if (name.LastIndexOf(':') is >= 0 and var colon && name.IndexOf('/', colon) < 0)
        {
            tag = name[(colon + 1)..];
            name = name[..colon];
            if (!TagForm().IsMatch(tag))
            {
                problem = $"its tag '{tag}' is none; a tag has 1 to 128 letters, digits, dots, dashes and underscores, and begins with none of dot and dash";
                return null;
            }
        }

        return ReadName(name, tag ?? (digest is null ? DefaultTag : null), digest, out problem, ref action);
    }

    private static ImageReference? ReadName(string name, string? tag, string? digest, out string problem, ref string action)
    {
        var registry = DefaultRegistry;
        var repository = name;
        if (name.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && IsHost(name[..slash]))
        {
            registry = name[..slash] is "index.docker.io" or "registry-1.docker.io" ? DefaultRegistry : name[..slash];
            repository = name[(slash + 1)..];
            if (!HostForm().IsMatch(registry))
            {
                problem = $"'{registry}' is no host with a port";
                return null;
            }
        }

        if (!RepositoryForm().IsMatch(repository))
        {
            var lower = name.ToLowerInvariant();
            problem = repository.Length == 0
                ? "it names no repository"
                : $"'{repository}' is no repository: its parts have lower-case letters and digits, with dots, dashes and underscores between them";
            action = lower != name && RepositoryForm().IsMatch(lower) ? $"Type '{lower}'." : action;
            return null;
        }

        if (registry == DefaultRegistry && !repository.Contains('/', StringComparison.Ordinal))
        {
            repository = OfficialFolder + repository;
        }

        problem = $"its name has {registry.Length + 1 + repository.Length} characters; {LongestName} are allowed";
        return registry.Length + 1 + repository.Length > LongestName ? null : new ImageReference(registry, repository, tag, digest);
    }

    // Docker's rule: the first part is a host where it could not be the name of a user.
    private static bool IsHost(string part) => part == "localhost" || part.IndexOfAny(['.', ':']) >= 0 || part.Any(char.IsAsciiLetterUpper);

    [GeneratedRegex(@"^sha256:[0-9a-f]{64}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DigestForm();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TagForm();

    [GeneratedRegex(@"^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostForm();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RepositoryForm();
}
