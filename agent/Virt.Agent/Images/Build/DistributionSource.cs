using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Images.Build;

/// <summary>A distribution of Debian or Ubuntu, what of it is wanted, and where it comes from: pure, but for what apt of the host knows.</summary>
/// <param name="Suite">Its name: <c>bookworm</c>.</param>
/// <param name="Packages">Packages that the user wants.</param>
/// <param name="Mirrors">Addresses, or lines of sources.list(5); none: the host's own sources where it has some of this distribution, else the distribution's.</param>
/// <param name="Components">Components of the mirrors that are addresses; none: main.</param>
internal sealed record DistributionSource(string Suite, IReadOnlyList<string> Packages, IReadOnlyList<string> Mirrors, IReadOnlyList<string> Components)
{
    // apt.conf(5). A server that says nothing for half a minute is asked twice more; translated descriptions of packages are not fetched.
    private static readonly string[] AptOptions = ["Acquire::Languages \"none\"", "Acquire::Retries \"2\"", "Acquire::http::Timeout \"30\"", "Acquire::https::Timeout \"30\""];

    // dpkg(1): what it unpacks need not come to the disk package by package; what is made of all of it does.
    private const string DpkgOption = "force-unsafe-io";

    // The options above are for this run: mmdebstrap would leave them to whoever has the image.
    private const string ForgetOptions = "chroot \"$1\" rm -f /etc/apt/apt.conf.d/99mmdebstrap /etc/dpkg/dpkg.cfg.d/99mmdebstrap";

    /// <summary>Refuses what cannot be right.</summary>
    /// <param name="kind">What is to be made of it: <c>VM image</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="command">What could be typed instead, without the parameters that are about a distribution.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public void Check(string kind, string name, string command)
    {
        if (!IsName(Suite) || Packages.FirstOrDefault(static package => !IsName(package)) is not null || Components.FirstOrDefault(static component => !IsName(component.Replace("/", "", StringComparison.Ordinal))) is not null)
        {
            throw Refuse("InvalidImageSource", "a distribution, a component or a package has a name that none can have", "-Package curl");
        }

        if (Components.Count > 0 && Mirrors.Count == 0)
        {
            throw Refuse("InvalidImageSource", "components belong to a mirror, and none is given", "-Mirror http://localhost/debian -Component main, contrib");
        }

        if (Mirrors.FirstOrDefault(static mirror => !IsMirror(mirror)) is { } wrong)
        {
            throw Refuse("InvalidMirror", $"the mirror '{wrong}' is neither an address that begins with http:// or https:// nor a line of sources.list(5) that begins with 'deb '", "-Mirror http://localhost/debian");
        }

        VirtException Refuse(string id, string cause, string action) => new(ErrorCode.InvalidArgument, id, $"Cannot create {kind} '{name}': {cause}.", name, $"{command} -Distribution bookworm {action}");
    }

    /// <summary>The command line of mmdebstrap(1).</summary>
    /// <param name="format"><c>tar</c> or <c>directory</c>.</param>
    /// <param name="target">Where the root is put.</param>
    /// <param name="needed">Packages beside the user's; one that begins with a question mark is a pattern of apt-patterns(7), which may find nothing.</param>
    /// <param name="hooks">What is run when all is installed, with the root as <c>$1</c>.</param>
    /// <param name="sources">The host's own sources, where it has some.</param>
    public IReadOnlyList<string> Arguments(string format, string target, IReadOnlyList<string> needed, IReadOnlyList<string> hooks, IReadOnlyList<string> sources)
    {
        var names = needed.Concat(Packages).Where(static package => package[0] != '?').Distinct(StringComparer.Ordinal).ToList();
        return
        [
            "--mode=root", "--variant=minbase", "--format=" + format,
            .. AptOptions.Select(static option => "--aptopt=" + option),
            "--dpkgopt=" + DpkgOption,
            .. names.Count == 0 ? [] : new[] { "--include=" + string.Join(',', names) },
            .. needed.Where(static package => package[0] == '?').Select(static pattern => "--include=" + pattern),
            .. Components.Count == 0 ? [] : new[] { "--components=" + string.Join(',', Components) },
            .. hooks.Append(ForgetOptions).Select(static hook => "--customize-hook=" + hook),
            Suite, target,
            .. Mirrors.Count > 0 ? Mirrors : sources,
        ];
    }

    /// <summary>The files of the host's apt that name the distribution, in either form of sources.list(5).</summary>
    /// <param name="folder"><c>/etc/apt</c> but in tests.</param>
    public IReadOnlyList<string> HostSources(string folder)
    {
        var parts = Path.Combine(folder, "sources.list.d");
        return
        [
            .. (Directory.Exists(parts) ? Directory.GetFiles(parts) : [])
                .Append(Path.Combine(folder, "sources.list"))
                .Where(path => Path.GetExtension(path) is ".list" or ".sources" && File.Exists(path) && File.ReadAllText(path).Contains(Suite, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static bool IsMirror(string text) =>
        !text.Contains('\n', StringComparison.Ordinal)
        && (text.StartsWith("deb ", StringComparison.Ordinal) || (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Host.Length > 0 && !text.Contains(' ', StringComparison.Ordinal)));

    // Debian Policy 5.6.1, and what apt-get takes behind a name: a version, an architecture. Nothing that begins a pattern or an option.
    private static bool IsName(string word) =>
        word.Length > 0 && char.IsAsciiLetterOrDigit(word[0]) && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '+' or '=' or ':' or '~' or '_');
}
