using System.Diagnostics;
using System.IO;
using System.Linq;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class GuestPackagesTests
{
    [Fact]
    public void They_come_by_name_and_what_is_no_package_is_left_out()
    {
        var packages = GuestPackages.Parse("zlib1g\t1:1.2.13\n\nbash\t5.2.15-2+b7\nsh: not found\n\tversion\nname\t\na\tb\tc\n");
        Assert.Equal(["bash 5.2.15-2+b7", "zlib1g 1:1.2.13"], packages.Select(static package => package.ToString()));
        Assert.Empty(GuestPackages.Parse(""));
    }

    [Theory]
    [InlineData("dpkg-query", """[ "$3" = '${db:Status-Status}\t${Package}\t${Version}\n' ] && printf 'installed\tbash\t5.2.15-2\nconfig-files\told\t1\n'""", "bash 5.2.15-2")]
    [InlineData("apk", "echo 'busybox-binsh-1.36.1-r29 x86_64 {busybox} (GPL-2.0-only) [installed]'; echo WARNING: no", "busybox-binsh 1.36.1-r29")]
    [InlineData("rpm", """[ "$4" = '%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n' ] && printf 'bash\t0:5.2.26-3.fc40\nvim\t2:9.1-1\n'""", "bash 5.2.26-3.fc40 vim 2:9.1-1")]
    [InlineData("emerge", "echo no", "")]
    public void Each_package_manager_is_asked_in_its_own_words(string program, string script, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("virt-packages-").FullName;
        try
        {
            var path = Path.Combine(folder, program);
            File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.CreateSymbolicLink(Path.Combine(folder, "sed"), File.Exists("/usr/bin/sed") ? "/usr/bin/sed" : "/bin/sed");
            var start = new ProcessStartInfo("/bin/sh", ["-c", GuestPackages.Script]) { RedirectStandardOutput = true, UseShellExecute = false };
            start.Environment["PATH"] = folder;
            using var shell = Process.Start(start)!;
            var listed = GuestPackages.Parse(shell.StandardOutput.ReadToEnd());
            shell.WaitForExit();
            Assert.Equal(expected, string.Join(' ', listed.Select(static package => package.ToString())));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
