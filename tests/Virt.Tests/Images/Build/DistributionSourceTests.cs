using System;
using System.IO;
using System.Linq;
using Virt.Agent.Images.Build;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Images.Build;

/// <summary>What mmdebstrap is told, and what is not passed on to it.</summary>
public sealed class DistributionSourceTests
{
    private static readonly DistributionSource Plain = new("bookworm", ["curl", "nginx=1.22-1"], [], []);

    [Fact]
    public void The_hosts_own_sources_are_used_where_no_mirror_is_named()
    {
        var arguments = Plain.Arguments("tar", "/w/root.tar", ["dbus", "curl", "?exact-name(a)"], ["hook"], ["/etc/apt/a.sources"]);
        Assert.Equal(["bookworm", "/w/root.tar", "/etc/apt/a.sources"], arguments.TakeLast(3));
        Assert.Contains("--include=dbus,curl,nginx=1.22-1", arguments);
        Assert.Contains("--include=?exact-name(a)", arguments);
        Assert.Contains("--format=tar", arguments);
        Assert.Equal("--customize-hook=hook", arguments.First(static one => one.StartsWith("--customize-hook", StringComparison.Ordinal)));
        var other = (Plain with { Mirrors = ["http://localhost/debian"], Components = ["main", "contrib"] }).Arguments("tar", "/w/root.tar", [], [], ["/etc/apt/a.sources"]);
        Assert.Equal("http://localhost/debian", other[^1]);
        Assert.DoesNotContain("/etc/apt/a.sources", other);
        Assert.Contains("--components=main,contrib", other);
    }

    [Fact]
    public void Files_of_apt_that_name_the_distribution_are_found_in_either_form()
    {
        var folder = Directory.CreateTempSubdirectory("vt-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "sources.list.d"));
            File.WriteAllText(Path.Combine(folder, "sources.list"), "deb http://localhost bookworm main");
            File.WriteAllText(Path.Combine(folder, "sources.list.d", "b.sources"), "Suites: bookworm");
            File.WriteAllText(Path.Combine(folder, "sources.list.d", "c.sources"), "Suites: trixie");
            File.WriteAllText(Path.Combine(folder, "sources.list.d", "d.list.disabled"), "deb http://localhost bookworm main");
            Assert.Equal(["sources.list", "b.sources"], Plain.HostSources(folder).Select(Path.GetFileName).OrderDescending(StringComparer.Ordinal));
            Assert.Empty((Plain with { Suite = "jammy" }).HostSources(folder));
            Assert.Empty(Plain.HostSources(Path.Combine(folder, "none")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("?essential")]
    [InlineData("~n.")]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a'b")]
    [InlineData("")]
    public void What_could_be_an_option_or_a_pattern_is_refused(string word)
    {
        Assert.Equal("InvalidImageSource", Refused(Plain with { Packages = [word] }).Id);
        Assert.Equal("InvalidImageSource", Refused(Plain with { Suite = word }).Id);
        Assert.Equal("InvalidImageSource", Refused(Plain with { Mirrors = ["http://localhost"], Components = [word] }).Id);
    }

    [Theory]
    [InlineData("deb.debian.org/debian")]
    [InlineData("ftp://a/debian")]
    [InlineData("http://localhost/debian bookworm")]
    [InlineData("--setup-hook=x")]
    [InlineData("/etc/passwd")]
    [InlineData("deb http://localhost b c\ndeb http://localhost e f")]
    [InlineData("-")]
    public void A_mirror_is_an_address_or_a_line_of_sources(string mirror) => Assert.Equal("InvalidMirror", Refused(Plain with { Mirrors = [mirror] }).Id);

    [Theory]
    [InlineData("http://localhost:3142/debian")]
    [InlineData("http://localhost/debian")]
    [InlineData("deb [signed-by=/k.gpg] http://localhost/debian bookworm main")]
    public void Such_a_mirror_is_taken(string mirror) => (Plain with { Mirrors = [mirror] }).Check("VM image", "web", "New-VMImage web");

    [Fact]
    public void Components_need_a_mirror()
    {
        var refused = Refused(Plain with { Components = ["contrib"] });
        Assert.StartsWith("Cannot create VM image 'web': components belong to a mirror", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("New-VMImage web -Distribution bookworm -Mirror ", refused.RecommendedAction, StringComparison.Ordinal);
    }

    private static VirtException Refused(DistributionSource source) => Assert.Throws<VirtException>(() => source.Check("VM image", "web", "New-VMImage web"));
}
