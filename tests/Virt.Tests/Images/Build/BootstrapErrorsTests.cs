using System;
using System.Collections.Generic;
using System.Text;
using Virt.Agent.Images.Build;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Images.Build;

/// <summary>What mmdebstrap 1.3.5 and apt 2.6 say, and what becomes of it.</summary>
public sealed class BootstrapErrorsTests
{
    private const string NoRelease = """
        I: running apt-get update...
        Ign:1 http://localhost/debian bookwurm InRelease
        Err:2 http://localhost/debian bookwurm Release
          404  Not Found [IP: 1.2.3.4 80]
        Reading package lists...
        E: The repository 'http://localhost/debian bookwurm Release' does not have a Release file.
        E: apt-get update --error-on=any -oAPT::Status-Fd=<$fd> -oDpkg::Use-Pty=false failed
        E: mmdebstrap failed to run
        """;

    private const string NoPackage = """
        Reading package lists...
        Building dependency tree...
        E: Unable to locate package no-such
        E: setup failed: E: apt-get -o Dir::Bin::dpkg=env --yes install -oAPT::Status-Fd=<$fd> no-such curl failed
        E: mmdebstrap failed to run
        """;

    private const string NoAnswer = """
        Err:1 http://127.0.0.1:9/debian bookworm InRelease
          Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)
        E: Failed to fetch http://127.0.0.1:9/debian/dists/bookworm/InRelease  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)
        E: Some index files failed to download. They have been ignored, or old ones used instead.
        E: apt-get update --error-on=any failed
        E: mmdebstrap failed to run
        """;

    private const string NoKey = """
        W: GPG error: http://localhost/ubuntu jammy InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 871920D1991BC93C
        E: The repository 'http://localhost/ubuntu jammy InRelease' is not signed.
        E: apt-get update --error-on=any failed
        E: mmdebstrap failed to run
        """;

    private const string NoSpace = """
        E: Write error - write (28: No space left on device)
        E: IO Error saving source cache
        E: mmdebstrap failed to run
        """;

    private const string NoScript = """
        Setting up bad (1) ...
        dpkg: error processing package bad (--configure):
         installed bad package post-installation script subprocess returned error exit status 3
        E: Sub-process env returned an error code (1)
        E: run_chroot failed: E: pid 2 failed
        E: mmdebstrap failed to run
        """;

    [Theory]
    [InlineData(NoRelease, "DistributionNotFound", ErrorCode.NotFound, "the mirrors of the distribution have no distribution 'bookwurm' (The repository 'http://localhost/debian bookwurm Release' does not have a Release file)")]
    [InlineData(NoPackage, "PackageNotFound", ErrorCode.NotFound, "bookwurm has no package 'no-such' in the mirrors of the distribution")]
    [InlineData("E: Package 'x' has no installation candidate\nE: mmdebstrap failed to run", "PackageNotFound", ErrorCode.NotFound, "bookwurm has no package 'x' in")]
    [InlineData("E: Failed to fetch copy:/a/dists/bookwurm/main/binary-amd64/Packages  Failed to stat - stat (2: No such file or directory)\nE: mmdebstrap failed to run", "DistributionNotFound", ErrorCode.NotFound, "have no distribution 'bookwurm'")]
    [InlineData("E: Failed to fetch http://localhost/pool/main/c/curl.deb  404  Not Found [IP: 1.2.3.4 80]\nE: mmdebstrap failed to run", "MirrorNotReachable", ErrorCode.Unavailable, "404 Not Found")]
    [InlineData(NoAnswer, "MirrorNotReachable", ErrorCode.Unavailable, "do not give what is asked for (Failed to fetch http://127.0.0.1:9/debian/dists/bookworm/InRelease Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused))")]
    [InlineData(NoKey, "MirrorNotTrusted", ErrorCode.Unauthenticated, "(The repository 'http://localhost/ubuntu jammy InRelease' is not signed)")]
    [InlineData(NoSpace, "ImageBuildDiskFull", ErrorCode.ResourceExhausted, "no room left")]
    [InlineData(NoScript, "ImageBuildFailed", ErrorCode.InvalidArgument, "mmdebstrap ended with 25 (dpkg: error processing package bad (--configure):; installed bad package post-installation script subprocess returned error exit status 3)")]
    [InlineData("E: no kernel is among the packages\nE: setup failed: x", "ImageBuildFailed", ErrorCode.InvalidArgument, "(no kernel is among the packages)")]
    [InlineData("I: running\nKilled", "ImageBuildFailed", ErrorCode.InvalidArgument, "(Killed)")]
    [InlineData("", "ImageBuildFailed", ErrorCode.InvalidArgument, "(it says nothing)")]
    public void Its_last_words_say_what_can_be_done(string output, string id, ErrorCode code, string words)
    {
        var error = Errors().Of(25, output, isDiskFull: false);
        Assert.Equal((id, code), (error.Id, error.Code));
        Assert.StartsWith("Cannot create VM image 'web': ", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction!);
    }

    [Fact]
    public void A_full_disk_is_the_reason_whatever_is_said() => Assert.Equal("ImageBuildDiskFull", Errors().Of(25, NoScript, isDiskFull: true).Id);

    [Fact]
    public void Steps_are_told_as_they_come_also_where_a_line_comes_in_pieces()
    {
        var told = new List<(string, int)>();
        var progress = new BootstrapProgress((step, percent) => told.Add((step, percent)));
        foreach (var part in new[] { "I: running apt-get", " update...\nReading I: downloading packages\nI: downloading packages with apt...\r", "I: installing essential packages...\n", "I: something else\n" })
        {
            progress.Write(Encoding.ASCII.GetBytes(part));
        }

        Assert.Equal([("asking the mirrors for their packages", 2), ("downloading packages", 8), ("installing essential packages", 30)], told);
    }

    [Fact]
    public void A_program_that_is_missing_is_named_with_its_package()
    {
        var missing = Assert.Throws<VirtException>(() => new Bootstrap("VM image", "web", new DistributionSource("bookworm", [], [], [])).Find("no-such-program", "mtools"));
        Assert.Equal(("MtoolsMissing", ErrorCode.NotSupported, "apt-get install mtools"), (missing.Id, missing.Code, missing.RecommendedAction));
        Assert.Contains("no-such-program is not installed on this host", missing.Message, StringComparison.Ordinal);
    }

    private static BootstrapErrors Errors() => new("VM image", "web", new DistributionSource("bookwurm", [], [], []));
}
