using System.Linq;
using Virt.Agent.Patching.Apt;
using Xunit;

namespace Virt.Tests.Patching;

public sealed class AptSimulationTests
{
    // As apt 2.6.1 of Debian 12 writes it.
    private const string Output = """
        Reading package lists...
        Building dependency tree...
        Reading state information...
        Calculating upgrade...
        The following packages will be upgraded:
          libgcrypt20 libpam-modules-bin tzdata virt-good
        The following packages have been kept back:
          linux-image-amd64
        4 upgraded, 1 newly installed, 1 to remove and 1 not upgraded.
        Remv libold1 [1.2-3]
        Inst libpam-modules-bin [1.5.2-6+deb12u1] (1.5.2-6+deb12u2 Debian:12.15/oldstable [amd64]) [libpam-modules:amd64 on libpam-modules-bin:amd64] [libpam-modules:amd64 ]
        Inst libgcrypt20:i386 [1.10.1-3] (1.10.1-3+deb12u1 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [i386]) []
        Inst tzdata [2025b-0+deb12u2] (2026f-0+deb12u1 Debian-Security:12/oldstable-security [all])
        Inst virt-good [1] (2 Virt-Security:stable-security [all])
        Inst libnew2 (2:1.0~rc1-1 Debian:12.15/oldstable [amd64])
        Conf libpam-modules-bin (1.5.2-6+deb12u2 Debian:12.15/oldstable [amd64])
        Conf virt-good (2 Virt-Security:stable-security [all])
        """;

    [Fact]
    public void Each_package_is_read_with_its_versions_its_architecture_and_where_it_comes_from()
    {
        var changes = AptSimulation.Parse(Output);
        Assert.Equal(["libpam-modules-bin", "libgcrypt20", "tzdata", "virt-good", "libnew2"], changes.Packages.Select(static p => p.Name));
        var bin = changes.Packages[0];
        Assert.Equal(("1.5.2-6+deb12u1", "1.5.2-6+deb12u2", "amd64", "Debian:12.15/oldstable", false), (bin.FromVersion, bin.ToVersion, bin.Architecture, bin.Origin, bin.IsSecurity));
        var foreign = changes.Packages[1];
        Assert.Equal(("i386", "Debian:12.15/oldstable, Debian-Security:12/oldstable-security", true), (foreign.Architecture, foreign.Origin, foreign.IsSecurity));
        Assert.Equal(("1", "2", "all", true), (changes.Packages[3].FromVersion, changes.Packages[3].ToVersion, changes.Packages[3].Architecture, changes.Packages[3].IsSecurity));
    }

    [Fact]
    public void A_new_package_has_no_former_version()
    {
        var added = AptSimulation.Parse(Output).Packages[^1];
        Assert.Equal(("libnew2", "", "2:1.0~rc1-1"), (added.Name, added.FromVersion, added.ToVersion));
    }

    [Fact]
    public void What_would_be_removed_is_named() => Assert.Equal(["libold1"], AptSimulation.Parse(Output).Removed);

    [Fact]
    public void Where_nothing_waits_nothing_is_read() =>
        Assert.Empty(AptSimulation.Parse("Reading package lists...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n").Packages);

    [Theory]
    [InlineData("Debian-Security:12/stable-security", true)]
    [InlineData("Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security", true)]
    [InlineData("Virt-Security:stable-security", true)]
    [InlineData("Debian:12.15/stable", false)]
    [InlineData("Security-Onion:2/stable", false)]
    public void An_archive_of_security_updates_is_known_by_its_name(string origin, bool isSecurity) => Assert.Equal(isSecurity, AptSimulation.IsSecurity(origin));
}
