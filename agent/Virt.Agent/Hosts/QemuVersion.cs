using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;

namespace Virt.Agent.Hosts;

/// <summary>Asks the installed QEMU for its version, once for each installation.</summary>
/// <param name="tools">Runs it.</param>
public sealed class QemuVersion(IToolRunner tools)
{
    private (string Path, DateTime Written, string? Version)? known;

    /// <summary>The program that runs guests of the host's own architecture.</summary>
    public static string Program { get; } = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "qemu-system-aarch64" : "qemu-system-x86_64";

    /// <summary>Such as <c>7.2.22</c>; null where QEMU is not installed.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        if (Programs.Find(Program) is not { } path)
        {
            return null;
        }

        var written = File.GetLastWriteTimeUtc(path);
        if (known is { } last && last.Path == path && last.Written == written)
        {
            return last.Version;
        }

        // "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)"
        var result = await tools.RunAsync(path, ["--version"], cancellation).ConfigureAwait(false);
        var words = result.Output.Split(' ', '\n');
        var at = Array.IndexOf(words, "version");
        var version = at >= 0 && at + 1 < words.Length ? words[at + 1] : null;
        known = (path, written, version);
        return version;
    }
}
