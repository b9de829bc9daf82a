using Virt.Agent.Patching.Apt;
using Xunit;

namespace Virt.Tests.Patching;

/// <summary>Over what apt 2.6.1 and dpkg 1.21 of Debian 12 really wrote.</summary>
public sealed class AptFailureTests
{
    private const string Script = """
        Unpacking virt-bad-script (2) over (1) ...
        E: Can not write log (Is /dev/pts mounted?) - posix_openpt (19: No such device)
        Setting up virt-bad-script (2) ...
        virt-bad-script: this script fails, as it is there to do.
        dpkg: error processing package virt-bad-script (--configure):
         installed virt-bad-script package post-installation script subprocess returned error exit status 1
        Setting up virt-reboot (2) ...
        Errors were encountered while processing:
         virt-bad-script
        E: Sub-process /usr/bin/dpkg returned an error code (1)
        """;

    private const string Full = """
        Unpacking virt-fills-disk (2) over (1) ...
        dpkg: error processing archive /var/cache/apt/archives/virt-fills-disk_2_all.deb (--unpack):
         cannot copy extracted data for './usr/share/virt-fills-disk/ballast' to '/usr/share/virt-fills-disk/ballast.dpkg-new': failed to write (No space left on device)
        Errors were encountered while processing:
         /var/cache/apt/archives/virt-fills-disk_2_all.deb
        E: Sub-process /usr/bin/dpkg returned an error code (1)
        """;

    private const string Refused = """
        Err:1 http://127.0.0.1:7790 stable InRelease
          Could not connect to 127.0.0.1:7790 (127.0.0.1). - connect (111: Connection refused)
        Reading package lists...
        W: Failed to fetch http://127.0.0.1:7790/dists/stable/InRelease  Could not connect to 127.0.0.1:7790 (127.0.0.1). - connect (111: Connection refused)
        W: Some index files failed to download. They have been ignored, or old ones used instead.
        """;

    [Fact]
    public void A_script_that_fails_is_told_with_its_package_and_dpkgs_reason()
    {
        var failure = AptFailure.Of(100, Script);
        Assert.Equal(("PackageFailed", ErrorCode.Unavailable), (failure.Id, failure.Code));
        Assert.Equal("installed virt-bad-script package post-installation script subprocess returned error exit status 1", Assert.Single(failure.Failed).Value);
        Assert.StartsWith("package 'virt-bad-script': installed virt-bad-script package post-installation script", failure.Message, System.StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_told_as_such_with_the_package_that_filled_it()
    {
        var failure = AptFailure.Of(100, Full);
        Assert.Equal(("PatchDiskFull", ErrorCode.ResourceExhausted), (failure.Id, failure.Code));
        Assert.Equal("its disk is full (at virt-fills-disk)", failure.Message);
    }

    [Fact]
    public void A_version_that_is_offered_no_more_makes_the_plan_out_of_date() =>
        Assert.Equal(ErrorCode.PlanOutOfDate, AptFailure.Of(100, "Reading package lists...\nE: Version '7' for 'virt-reboot' was not found\n").Code);

    [Fact]
    public void A_lock_of_another_package_manager_is_a_conflict() =>
        Assert.Equal(
            ("PackageManagerLocked", ErrorCode.Conflict),
            (AptFailure.Of(100, "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 471 (apt-get)\n").Id, AptFailure.Of(100, "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 471 (apt-get)\n").Code));

    [Fact]
    public void What_nobody_knows_is_told_by_its_first_error() =>
        Assert.Equal("apt-get ended with code 100 (Something new)", AptFailure.Of(100, "Reading...\nE: Something new.\nE: And more\n").Message);

    [Fact]
    public void A_list_that_could_not_be_fetched_is_an_error_also_where_apt_only_warns_of_it() =>
        Assert.Equal(
            "http://127.0.0.1:7790/dists/stable/InRelease  Could not connect to 127.0.0.1:7790 (127.0.0.1). - connect (111: Connection refused)",
            AptFailure.OfUpdate(0, Refused));

    [Fact]
    public void Lists_that_were_all_fetched_are_no_error() => Assert.Null(AptFailure.OfUpdate(0, "Ign:1 http://127.0.0.1 stable InRelease\nGet:4 http://127.0.0.1 stable Release [440 B]\nReading package lists...\n"));
}
