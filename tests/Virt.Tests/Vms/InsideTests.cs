using System;
using System.IO;
using System.Linq;
using Virt.Agent.Vms.Inside;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>What comes into a guest as its agent.</summary>
public sealed class InsideTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-inside-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_unit_is_the_packages_without_its_socket_and_with_the_port()
    {
        var package = File.ReadAllText(RepositoryRoot.File("build", "package", "virt-agent.service"));
        var lines = InsideArchive.UnitOf(package).Split('\n');
        Assert.DoesNotContain(lines, static line => !line.StartsWith('#') && line.Contains("socket", StringComparison.Ordinal));
        Assert.Contains("After=network.target", lines);
        Assert.Contains("ExecStart=/usr/local/lib/virt/virt-agent serve --state /var/lib/virt --run /run/virt --images /usr/share/virt/images --guest-port /dev/virtio-ports/org.virt.agent.0 $VIRT_AGENT_OPTIONS", lines);
        Assert.DoesNotContain(lines, static line => !line.StartsWith('#') && line.Contains("/usr/lib/virt", StringComparison.Ordinal));
        Assert.Equal(package.Split('\n').Length - 2, lines.Length);
    }

    [Fact]
    public void The_same_program_is_the_same_archive_and_another_one_another()
    {
        var program = Path.Combine(folder, "virt-agent");
        File.WriteAllText(program, "one");
        File.WriteAllText(Path.Combine(folder, "libe_sqlite3.so"), "library");
        var first = InsideArchive.Pack(program);
        File.SetLastWriteTimeUtc(program, DateTime.UnixEpoch);
        Assert.Equal(first.Digest, InsideArchive.Pack(program).Digest);
        File.WriteAllText(program, "two");
        Assert.NotEqual(first.Digest, InsideArchive.Pack(program).Digest);
        Assert.Equal(first.Digest, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(first.Bytes)));
    }

    [Fact]
    public void The_scripts_end_with_the_codes_that_are_understood()
    {
        foreach (var (script, code) in new[] { (InsideScripts.Check, InsideScripts.Wanted), (InsideScripts.Check, InsideScripts.NoSystemd), (InsideScripts.Install, InsideScripts.NoPort), (InsideScripts.Install, InsideScripts.Damaged), (InsideScripts.Install, InsideScripts.DoesNotRun) })
        {
            Assert.True(script.Split('\n').Any(line => line.EndsWith($"exit {code}", StringComparison.Ordinal)), $"nothing ends with {code}");
        }
    }
}
