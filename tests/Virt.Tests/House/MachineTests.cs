using System;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace Virt.Tests.House;

/// <summary>Nothing in the repository is true on one machine only.</summary>
public sealed partial class MachineTests
{
    // Where documentation may point. A package source is never among them: packages are named, and the machine knows where it gets them.
    private static readonly string[] PublicHosts =
    [
        "github.com", "learn.microsoft.com", "dotnet.microsoft.com", "aka.ms", "www.apache.org", "keepachangelog.com", "semver.org", "msgpack.org",
        "man7.org", "www.kernel.org", "docs.kernel.org", "www.qemu.org", "www.sqlite.org", "sqlite.org", "qemu.readthedocs.io", "www.freedesktop.org", "opencontainers.org", "www.rfc-editor.org",
        "schemas.microsoft.com", "msh", "www.w3.org", "json-schema.org", "msbuild.org", "localhost", "127.0.0.1",
        "index.docker.io", // Docker Hub, as the files of docker login call it
        "10.0.2.2", // how a guest on QEMU's user network names its host
    ];

    [Fact]
    public void An_address_points_to_public_documentation()
    {
        var wrong = SourceTree.Files.SelectMany(static file => Url().Matches(file.Text).Where(static match => !PublicHosts.Contains(match.Groups["host"].Value, StringComparer.OrdinalIgnoreCase))
            .Select(match => $"{file.At(match.Index)}: {match.Value}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_path_of_one_machine_is_written_down()
    {
        var wrong = SourceTree.Files.Where(static file => file.Name != "MachineTests.cs")
            .SelectMany(static file => MachinePath().Matches(file.Text).Select(match => $"{file.At(match.Index)}: {match.Value}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_package_source_is_configured()
    {
        Assert.Empty(SourceTree.Files.Where(static file => file.Name.Equals("nuget.config", StringComparison.OrdinalIgnoreCase)).Select(static file => file.Path));
        Assert.Empty(SourceTree.Files.Where(static file => file.Name != "MachineTests.cs" && PackageSource().IsMatch(file.Text)).Select(static file => file.Path));
    }

    [GeneratedRegex(@"https?://(?<host>[A-Za-z0-9][A-Za-z0-9.-]*)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Url();

    [GeneratedRegex(@"(?<![\w.}])/(work/|home/\w|root/\.|Users/\w|opt/pwsh)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"RestoreSources|RestoreAdditionalProjectSources|--index-url|packageSources", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex PackageSource();
}
