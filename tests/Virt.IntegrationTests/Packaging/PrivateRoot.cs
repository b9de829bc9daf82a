using System;
using System.Collections.Generic;
using System.IO;

namespace Virt.IntegrationTests.Packaging;

/// <summary>A root for dpkg to install into: busybox runs the maintainer scripts in it, and what they would tell systemd is written down.</summary>
internal sealed class PrivateRoot : IDisposable
{
    private static readonly string[] Commands = ["sh", "mkdir", "ln", "rm", "readlink", "dirname", "["];
    private static readonly string[] Recorded = ["systemd-sysusers", "systemd-tmpfiles", "deb-systemd-helper", "deb-systemd-invoke", "systemctl"];

    private readonly string folder = Directory.CreateTempSubdirectory("virt-root-").FullName;

    public PrivateRoot()
    {
        foreach (var inner in new[] { "bin", "dev", "usr/bin", "var/lib/dpkg/info", "var/lib/dpkg/updates", "run/systemd/system" })
        {
            Directory.CreateDirectory(At(inner));
        }

        File.Copy("/bin/busybox", At("bin/busybox"));
        foreach (var command in Commands)
        {
            File.CreateSymbolicLink(At("bin/" + command), "busybox");
        }

        foreach (var command in Recorded)
        {
            File.WriteAllText(At("usr/bin/" + command), $"#!/bin/sh\necho {command} \"$@\" >>/calls\n");
            File.SetUnixFileMode(At("usr/bin/" + command), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllText(At("dev/null"), string.Empty);
        File.WriteAllText(At("var/lib/dpkg/status"), string.Empty);
    }

    public string At(string path) => Path.Combine(folder, path);

    /// <summary>Runs dpkg on this root and gives what the maintainer scripts told systemd meanwhile.</summary>
    public IReadOnlyList<string> Dpkg(params string[] arguments)
    {
        File.Delete(At("calls"));
        ProgramRun.Output0("dpkg", ["--root=" + folder, "--force-depends", .. arguments]);
        return File.Exists(At("calls")) ? File.ReadAllLines(At("calls")) : [];
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
