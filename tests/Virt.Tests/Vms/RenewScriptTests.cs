using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>The script itself, on files of its own, with an ssh-keygen that says what it was asked for.</summary>
public sealed class RenewScriptTests : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    private readonly string root = Directory.CreateTempSubdirectory("renew").FullName;

    public RenewScriptTests()
    {
        Directory.CreateDirectory(Path.Combine(root, "etc", "ssh"));
        Directory.CreateDirectory(Path.Combine(root, "run"));
        Directory.CreateDirectory(Path.Combine(root, "bin"));
        Write("etc/machine-id", "ffffffffffffffffffffffffffffffff\n");
        Write("etc/hosts", "127.0.0.1 localhost\n127.0.1.1 web01.lan web01\n");
        Write("etc/hostname", "web01\n");
        Write("kernel", "web01\n");
        Keygen("printf 'new %s' \"$kind\" > \"$file\"; echo public > \"$file.pub\"");
        foreach (var kind in new[] { "ed25519", "dsa" })
        {
            Write($"etc/ssh/ssh_host_{kind}_key", "old");
            Write($"etc/ssh/ssh_host_{kind}_key.pub", "old");
        }
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void The_guest_has_another_name_id_and_keys_once()
    {
        Assert.Equal((0, ""), Run(RenewScript.For("web02", Id)));
        Assert.Equal((Id, "web02", "web02"), (Read("etc/machine-id"), Read("etc/hostname"), Read("kernel")));
        Assert.Equal("127.0.0.1 localhost \n127.0.1.1 web01.lan web02", Read("etc/hosts"));
        Assert.Equal("new ed25519", Read("etc/ssh/ssh_host_ed25519_key"));

        // What ssh-keygen makes no more is nobody's.
        Assert.Equal("ssh_host_ed25519_key ssh_host_ed25519_key.pub", Keys());
        Write("etc/ssh/ssh_host_ed25519_key", "mine");
        Assert.Equal((0, ""), Run(RenewScript.For("web02", Id)));
        Assert.Equal("mine", Read("etc/ssh/ssh_host_ed25519_key"));
    }

    [Fact]
    public void What_was_half_done_is_done_again()
    {
        Keygen("exit 1");
        Assert.Equal((14, "its SSH host key of ed25519 could not be made"), Run(RenewScript.For("web02", Id)));
        Assert.Equal(("old", "ffffffffffffffffffffffffffffffff"), (Read("etc/ssh/ssh_host_ed25519_key"), Read("etc/machine-id")));
        Write("etc/ssh/ssh_host_ed25519_key.virt", "half");
        Keygen("[ ! -e \"$file\" ] || exit 1; printf again > \"$file\"; echo public > \"$file.pub\"");
        Assert.Equal((0, ""), Run(RenewScript.For("web02", Id)));
        Assert.Equal(("again", Id), (Read("etc/ssh/ssh_host_ed25519_key"), Read("etc/machine-id")));
    }

    [Fact]
    public void What_cloud_init_does_is_left_to_it()
    {
        Assert.Equal((0, ""), Run(RenewScript.For(null, Id)));
        Assert.Equal((Id, "web01", "old"), (Read("etc/machine-id"), Read("etc/hostname"), Read("etc/ssh/ssh_host_ed25519_key")));
    }

    [Fact]
    public void A_guest_without_any_of_it_is_no_error()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(root, "etc"), "*", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        Assert.Equal((0, ""), Run(RenewScript.For("web02", Id)));
        Assert.Equal(Id, Read("etc/machine-id"));
    }

    // It makes all kinds but dsa.
    private void Keygen(string text)
    {
        var path = Path.Combine(root, "bin", "ssh-keygen");
        File.WriteAllText(path, $"#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in -t) kind=$2;; -f) file=$2;; esac; shift; done\n[ \"$kind\" != dsa ] || exit 1\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(root, name), text);

    private string Read(string name) => File.ReadAllText(Path.Combine(root, name)).TrimEnd();

    private string Keys() => string.Join(' ', Directory.GetFiles(Path.Combine(root, "etc", "ssh")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    private (int ExitCode, string Error) Run(string script)
    {
        var text = script.Replace("/etc/", root + "/etc/", StringComparison.Ordinal).Replace("/run/", root + "/run/", StringComparison.Ordinal).Replace("/var/lib/", root + "/var/", StringComparison.Ordinal).Replace("/proc/sys/kernel/hostname", root + "/kernel", StringComparison.Ordinal);
        var start = new ProcessStartInfo("/bin/sh", ["-c", text]) { RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PATH"] = $"{root}/bin:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error.Trim());
    }
}
