using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Protocol;

namespace Virt.Agent.Images.Build;

/// <summary>Makes the root of a distribution by mmdebstrap: of the mirrors that are named, else of the host's own sources where it has some of that distribution, else of that distribution's.</summary>
/// <param name="kind">What it is for: <c>VM image</c>.</param>
/// <param name="name">The image.</param>
/// <param name="source">The distribution.</param>
internal sealed class Bootstrap(string kind, string name, DistributionSource source)
{
    private const string AptFolder = "/etc/apt";

    // With less than this left, whatever has failed has failed for want of room.
    private const long NoRoom = 1L << 20;

    /// <summary>The full path of a program.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="package">Debian's package of it.</param>
    /// <exception cref="VirtException">NotSupported: it is not installed.</exception>
    public string Find(string program, string package) => Programs.Find(program) ?? throw new VirtException(
        ErrorCode.NotSupported, Capital(package) + "Missing", $"Cannot create {kind} '{name}': {program} is not installed on this host.", name, $"apt-get install {package}");

    /// <summary>Runs it.</summary>
    /// <param name="room">Where it works; apt downloads into it too.</param>
    /// <param name="format"><c>tar</c> or <c>directory</c>.</param>
    /// <param name="target">Where the root is put.</param>
    /// <param name="needed">As for <see cref="DistributionSource.Arguments"/>.</param>
    /// <param name="hooks">As for <see cref="DistributionSource.Arguments"/>.</param>
    /// <param name="report">Is told what is being done, and a percentage of it.</param>
    /// <param name="call">The call, whose cancellation ends it.</param>
    /// <exception cref="VirtException">NotSupported; NotFound: the distribution or a package; Unavailable: a mirror; Unauthenticated: its key; ResourceExhausted; InvalidArgument: anything else, with mmdebstrap's last words.</exception>
    public async Task RunAsync(BuildRoom room, string format, string target, IReadOnlyList<string> needed, IReadOnlyList<string> hooks, Action<string, int> report, Call call)
    {
        var program = Find("mmdebstrap", "mmdebstrap");
        var progress = new BootstrapProgress(report);
        var arguments = source.Arguments(format, target, needed, hooks, source.HostSources(AptFolder));
        var result = await room.RunAloneAsync(program, arguments, progress.Write, call.Cancellation).ConfigureAwait(false);
        call.Cancellation.ThrowIfCancellationRequested();
        if (result.ExitCode != 0)
        {
            throw new BootstrapErrors(kind, name, source).Of(result.ExitCode, result.Error, DiskFull.FreeBytes(Path.GetDirectoryName(target)!) < NoRoom);
        }
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
