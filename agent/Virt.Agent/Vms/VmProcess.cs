using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Linux;
using Virt.Linux.Processes;

namespace Virt.Agent.Vms;

/// <summary>The QEMU of one run: launched by us through the keeper, or found again.</summary>
internal sealed class VmProcess : IDisposable
{
    private readonly PidFd descriptor;
    private readonly CpuMeter cpu;

    // It ends by itself with QEMU's connection.
    private static readonly TimeSpan TpmPatience = TimeSpan.FromSeconds(2);

    private VmProcess(PidFd descriptor, ProcessIdentity identity, Task<ExitStatus> ended, KeptProcess? tpm = null)
    {
        this.descriptor = descriptor;
        Identity = identity;
        Tpm = tpm;
        QemuEnded = ended;
        Ended = tpm is null ? ended : WithTpmAsync(ended, tpm);
        cpu = new CpuMeter(ProcessUsage.Read(identity.Id)?.CpuTime ?? TimeSpan.Zero, TimeProvider.System);
    }

    /// <summary>What to store in order to find it again.</summary>
    public ProcessIdentity Identity { get; }

    /// <summary>Its swtpm, which may have ended before it; null: it has none, or that had ended when it was found again.</summary>
    public KeptProcess? Tpm { get; }

    /// <summary>How it ended, as soon as its swtpm has ended too; without a keeper the code is known only where the kernel tells it.</summary>
    public Task<ExitStatus> Ended { get; }

    /// <summary>The same, whatever its swtpm does.</summary>
    public Task<ExitStatus> QemuEnded { get; }

    /// <summary>Asks the kernel; true before <see cref="Ended"/> may be.</summary>
    public bool HasEnded => descriptor.HasEnded;

    /// <summary>Somebody has stopped it by a signal, or follows it. Source: proc(5), /proc/pid/stat.</summary>
    public bool IsStopped
    {
        get
        {
            try
            {
                var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{Identity.Id}/stat"));
                return !HasEnded && stat[(stat.LastIndexOf(')') + 2)..] is ['T' or 't', ..];
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>What it uses: how busy it was since the last time that somebody asked, and memory; null where it has ended.</summary>
    public (double? CpuPercent, long MemoryBytes)? ReadLoad() =>
        ProcessUsage.Read(Identity.Id) is { } usage && !HasEnded ? (cpu.Look(usage.CpuTime), usage.MemoryBytes) : null;

    /// <summary>Keeps what its serial console has shown from growing, until its end; null before that has begun.</summary>
    public Task? ConsoleTrim { get; set; }

    /// <summary>The process that the keeper has launched, and its swtpm.</summary>
    public static VmProcess Of(KeptProcess process, KeptProcess? tpm = null) => new(process.PidFd, process.Identity, process.Exited, tpm);

    /// <summary>The process of a run whose keeper was lost; null where it has ended.</summary>
    public static VmProcess? Find(ProcessIdentity identity, KeptProcess? tpm = null) =>
        identity.Id > 0 && PidFd.Open(identity) is { } descriptor ? new VmProcess(descriptor, identity, FollowAsync(descriptor), tpm) : null;

    /// <summary>The machine's QEMU among all processes, for a launch whose process was not stored any more; null where there is none.</summary>
    /// <param name="id">The machine's <see cref="VmEntry.SystemId"/>, which QEMU has as <c>-uuid</c>.</param>
    /// <param name="errorFile">Where its standard error goes: while a machine moves, another agent on the same kernel may have a QEMU of the same id.</param>
    public static VmProcess? Search(Guid id, string errorFile)
    {
        foreach (var pid in Directory.EnumerateDirectories("/proc").Select(static path => path["/proc/".Length..]).Where(static name => char.IsAsciiDigit(name[0])))
        {
            if (!IsQemuOf(pid, id, errorFile) || PidFd.Open(int.Parse(pid, CultureInfo.InvariantCulture)) is not { } descriptor)
            {
                continue;
            }

            // Looked at again now that the descriptor holds it: the first may have ended and its number been used again.
            if (IsQemuOf(pid, id, errorFile) && !descriptor.HasEnded)
            {
                var number = int.Parse(pid, CultureInfo.InvariantCulture);
                return new VmProcess(descriptor, new ProcessIdentity(number, descriptor.Inode, ProcessIdentity.ReadStartTicks(number)), FollowAsync(descriptor));
            }

            descriptor.Dispose();
        }

        return null;
    }

    /// <summary>Ends it at once; it may have ended already.</summary>
    public void EndNow() => descriptor.Signal(Signals.Kill);

    /// <inheritdoc/>
    public void Dispose()
    {
        descriptor.Dispose();
        Tpm?.Dispose();
    }

    private static async Task<ExitStatus> WithTpmAsync(Task<ExitStatus> ended, KeptProcess tpm)
    {
        var status = await ended.ConfigureAwait(false);
        await VmTpm.EndAsync(tpm, TpmPatience).ConfigureAwait(false);
        return status;
    }

    private static bool IsQemuOf(string pid, Guid id, string errorFile)
    {
        try
        {
            var arguments = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            var at = Array.IndexOf(arguments, "-uuid");
            return at > 0 && at + 1 < arguments.Length && arguments[at + 1] == id.ToString("D") && Path.GetFileName(arguments[0]).StartsWith("qemu-system-", StringComparison.Ordinal)
                && (File.ResolveLinkTarget($"/proc/{pid}/fd/2", returnFinalTarget: false)?.FullName ?? "").StartsWith(errorFile, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static async Task<ExitStatus> FollowAsync(PidFd descriptor)
    {
        try
        {
            await descriptor.WaitForEndAsync().ConfigureAwait(false);
            return descriptor.ReadWaitStatus() is { } status ? ExitStatus.FromWaitStatus(status, DateTimeOffset.UtcNow) : ExitStatus.Unknown(DateTimeOffset.UtcNow);
        }
        catch (Exception e) when (e is LinuxException or ObjectDisposedException)
        {
            return ExitStatus.Unknown(DateTimeOffset.UtcNow);
        }
    }
}
