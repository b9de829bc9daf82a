using System;
using System.IO;
using System.Linq;
using Xunit;

namespace Virt.IntegrationTests.Packaging;

/// <summary>The Debian package: what it holds, and what installing, upgrading and removing it do.</summary>
public sealed class PackageTests(BuiltPackage package) : IClassFixture<BuiltPackage>
{
    private const string ModuleLink = "usr/local/share/powershell/Modules/Virt";

    [Theory]
    [InlineData("usr/lib/virt/virt-agent")]
    [InlineData("usr/lib/virt/libe_sqlite3.so")]
    [InlineData("usr/lib/systemd/system/virt-agent.service")]
    [InlineData("usr/lib/systemd/system/virt-agent.socket")]
    [InlineData("usr/lib/sysusers.d/virt.conf")]
    [InlineData("usr/lib/tmpfiles.d/virt.conf")]
    [InlineData("usr/share/powershell/Modules/Virt/Virt.psd1")]
    [InlineData("usr/share/powershell/Modules/Virt/Virt.dll")]
    [InlineData("usr/share/doc/virt/copyright")]
    public void The_package_holds(string path) => Assert.True(File.Exists(Path.Combine(package.Tree, path)));

    [Fact]
    public void PowerShell_itself_is_not_in_the_module()
    {
        Assert.Empty(Directory.EnumerateFiles(package.Tree, "System.Management.Automation.dll", SearchOption.AllDirectories));
    }

    [Fact]
    public void The_agent_runs_through_its_link()
    {
        Assert.Matches(@"^\d+\.\d+\.\d+", ProgramRun.Output0(Path.Combine(package.Tree, "usr/bin/virt-agent"), "--version"));
    }

    [Fact]
    public void Systemd_takes_the_units()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed");
        var units = Directory.CreateTempSubdirectory("virt-units-");
        try
        {
            // The units as they are, but for the program, which is not at its place here.
            foreach (var unit in new[] { "virt-agent.service", "virt-agent.socket" })
            {
                var text = File.ReadAllText(Path.Combine(package.Tree, "usr/lib/systemd/system", unit));
                File.WriteAllText(Path.Combine(units.FullName, unit), text.Replace("ExecStart=/usr/lib", $"ExecStart={package.Tree}/usr/lib", StringComparison.Ordinal));
            }

            var run = ProgramRun.Of("systemd-analyze", "verify", Path.Combine(units.FullName, "virt-agent.service"), Path.Combine(units.FullName, "virt-agent.socket"));
            Assert.Equal((0, string.Empty), (run.ExitCode, run.Output));
        }
        finally
        {
            units.Delete(recursive: true);
        }
    }

    [Fact]
    public void Stopping_the_service_ends_the_agent_alone()
    {
        var lines = File.ReadAllLines(Path.Combine(package.Tree, "usr/lib/systemd/system/virt-agent.service"));
        Assert.Contains("KillMode=process", lines);
        Assert.Contains("Delegate=yes", lines);
    }

    [Fact]
    public void The_socket_is_for_root_and_the_group_alone()
    {
        var lines = File.ReadAllLines(Path.Combine(package.Tree, "usr/lib/systemd/system/virt-agent.socket"));
        Assert.Contains("SocketMode=0660", lines);
        Assert.Contains("SocketGroup=virt", lines);
    }

    [Fact]
    public void Installing_makes_the_accounts_shows_pwsh_the_module_and_starts_the_units()
    {
        using var root = new PrivateRoot();
        var calls = root.Dpkg("-i", package.File);
        Assert.Contains("systemd-sysusers virt.conf", calls);
        Assert.Contains("systemd-tmpfiles --create virt.conf", calls);
        Assert.Contains("deb-systemd-invoke start virt-agent.socket virt-agent.service", calls);
        Assert.Equal("/usr/share/powershell/Modules/Virt", new FileInfo(root.At(ModuleLink)).LinkTarget);
    }

    [Fact]
    public void A_module_that_an_administrator_has_put_there_stays()
    {
        using var root = new PrivateRoot();
        Directory.CreateDirectory(root.At(ModuleLink));
        root.Dpkg("-i", package.File);
        root.Dpkg("-r", "virt");
        Assert.Null(new DirectoryInfo(root.At(ModuleLink)).LinkTarget);
        Assert.True(Directory.Exists(root.At(ModuleLink)));
    }

    [Fact]
    public void An_upgrade_stops_nothing_and_starts_the_agent_anew()
    {
        using var root = new PrivateRoot();
        root.Dpkg("-i", package.File);
        var calls = root.Dpkg("-i", package.File);
        Assert.DoesNotContain(calls, static call => call.StartsWith("deb-systemd-invoke stop", StringComparison.Ordinal));
        Assert.Contains("deb-systemd-invoke try-restart virt-agent.service", calls);
        Assert.Equal("/usr/share/powershell/Modules/Virt", new FileInfo(root.At(ModuleLink)).LinkTarget);
    }

    [Fact]
    public void Removing_and_purging_keep_the_users_data()
    {
        using var root = new PrivateRoot();
        root.Dpkg("-i", package.File);
        Directory.CreateDirectory(root.At("var/lib/virt/vms"));
        Assert.Contains("deb-systemd-invoke stop virt-agent.service virt-agent.socket", root.Dpkg("-r", "virt"));
        root.Dpkg("-P", "virt");
        Assert.True(Directory.Exists(root.At("var/lib/virt/vms")));
        Assert.False(Path.Exists(root.At(ModuleLink)));
        Assert.Equal(["var/lib/virt"], Directory.EnumerateFileSystemEntries(root.At("."), "virt*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root.At("."), path)));
    }

    [Fact]
    public void Purging_deletes_the_users_data_when_that_is_said()
    {
        using var root = new PrivateRoot();
        root.Dpkg("-i", package.File);
        Directory.CreateDirectory(root.At("var/lib/virt/vms"));
        ProgramRun.Output0("env", "VIRT_PURGE_DATA=yes", "dpkg", "--root=" + root.At("."), "--force-depends", "-P", "virt");
        Assert.False(Directory.Exists(root.At("var/lib/virt")));
    }
}
