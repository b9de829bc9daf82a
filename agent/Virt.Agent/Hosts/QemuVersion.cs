using System;
using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<string, (DateTime Written, string? Version)> known = new(StringComparer.Ordinal);

    /// <summary>The program that runs guests of the host's own architecture.</summary>
    public static string Program { get; } = ProgramOf(RuntimeInformation.OSArchitecture);

    /// <summary>The program that runs guests of an architecture.</summary>
    public static string ProgramOf(Architecture architecture) => architecture == Architecture.Arm64 ? "qemu-system-aarch64" : "qemu-system-x86_64";

    /// <summary>Such as <c>7.2.22</c>; null where QEMU is not installed.</summary>
    public Task<string?> ReadAsync(CancellationToken cancellation) => ReadAsync(Program, cancellation);

    /// <summary>The same of the QEMU for one architecture.</summary>
    /// <param name="program">See <see cref="ProgramOf"/>.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<string?> ReadAsync(string program, CancellationToken cancellation)
    {
        if (Programs.Find(program) is not { } path)
        {
            return null;
        }

        var written = File.GetLastWriteTimeUtc(path);
        if (known.TryGetValue(path, out var last) && last.Written == written)
        {
            return last.Version;
        }

        // "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)"
        var result = await tools.RunAsync(path, ["--version"], cancellation).ConfigureAwait(false);
        var words = result.Output.Split(' ', '\n');
        var at = Array.IndexOf(words, "version");
        var version = at >= 0 && at + 1 < words.Length ? words[at + 1] : null;
        known[path] = (written, version);
        return version;
    }
}
