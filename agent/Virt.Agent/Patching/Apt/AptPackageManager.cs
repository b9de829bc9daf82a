using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Patching.Apt;

/// <summary>apt and dpkg, of Debian, Ubuntu and their like. Nothing asks anybody anything; the user's own configuration files stay.</summary>
public sealed class AptPackageManager : IPackageManager
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RefreshTimeout = TimeSpan.FromMinutes(10);

    // One exec for each question: a program in a guest costs some milliseconds, and a shell in it next to nothing.
    private const string Preamble = "export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1; exec 2>&1; ";
    private const string Simulate = "apt-get -s -q -o Debug::NoLocking=1 --no-install-recommends ";

    // Whoever else is at work there (unattended-upgrades after a boot) is waited for. DPkg::Lock::Timeout is not for the lists' lock.
    private const string Update = """
        for i in $(seq 60); do
            out=$(apt-get update -q -o APT::Update::Error-Mode=any -o Acquire::Languages=none); code=$?
            case $out in *'Could not get lock'*) sleep 1 ;; *) break ;; esac
        done
        printf '%s\n' "$out"; exit $code
        """;

    // What was installed because another package needs it stays so: naming it in an install would make it the user's own wish, and keep autoremove from it.
    private const string Install = """
        auto=; [ -z "$NAMES" ] || auto=$(apt-mark showauto $NAMES)
        apt-get -y -q --no-install-recommends --no-remove -o DPkg::Lock::Timeout=60 -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef -o APT::Get::Show-User-Simulation-Note=false install "$@" || exit $?
        set -- $auto $NEW
        [ $# -eq 0 ] || apt-mark auto "$@" > /dev/null || exit $?
        """;

    /// <inheritdoc/>
    public string Name => "apt";

    /// <inheritdoc/>
    public async Task<bool> DetectAsync(IShell shell, CancellationToken cancellation) =>
        (await RunAsync(shell, "command -v apt-get && command -v dpkg-query", [], AskTimeout, cancellation).ConfigureAwait(false)).IsGood;

    /// <inheritdoc/>
    public async Task RefreshAsync(IShell shell, CancellationToken cancellation)
    {
        var result = await RunAsync(shell, Update, [], RefreshTimeout, cancellation).ConfigureAwait(false);
        if (AptFailure.OfUpdate(result.ExitCode, result.Output) is { } cause)
        {
            throw AptFailure.IsLocked(result.Output)
                ? new PackageException(ErrorCode.Conflict, "PackageManagerLocked", $"another package manager has been at work in it for a minute ({cause})", NoFailures, result.Output)
                : new PackageException(ErrorCode.Unavailable, PatchErrors.ListsUnavailable, $"a list of packages cannot be fetched ({cause})", NoFailures, result.Output);
        }
    }

    /// <inheritdoc/>
    public Task<PackageChanges> ListPendingAsync(IShell shell, CancellationToken cancellation) => SimulateAsync(shell, Simulate + "dist-upgrade", [], cancellation);

    /// <inheritdoc/>
    public Task<PackageChanges> ResolveAsync(IShell shell, IReadOnlyList<PatchPackage> packages, CancellationToken cancellation) =>
        SimulateAsync(shell, Simulate + """install "$@" """, packages, cancellation);

    /// <inheritdoc/>
    public async Task<string> ApplyAsync(IShell shell, IReadOnlyList<PatchPackage> packages, TimeSpan timeout, CancellationToken cancellation)
    {
        // Names of packages have no character that a shell knows (Debian policy, 5.6.1).
        var names = string.Join(' ', packages.Where(static p => p.FromVersion.Length > 0).Select(NameOf));
        var added = string.Join(' ', packages.Where(static p => p.FromVersion.Length == 0).Select(NameOf));
        var result = await shell.RunApartAsync(Script($"NAMES='{names}'; NEW='{added}'; {Install}", packages.Select(static p => $"{NameOf(p)}={p.ToVersion}")), timeout, cancellation).ConfigureAwait(false);
        if (!result.IsGood)
        {
            throw AptFailure.Of(result.ExitCode, result.Output);
        }

        return result.Output;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> ReadInstalledAsync(IShell shell, CancellationToken cancellation)
    {
        var result = await shell.RunAsync(["dpkg-query", "--show", "--showformat", DpkgList.Format], AskTimeout, cancellation).ConfigureAwait(false);
        return result.IsGood
            ? DpkgList.Parse(result.Output)
            : throw new PackageException(ErrorCode.Unavailable, "PackageManagerFailed", Invariant($"dpkg-query ended with code {result.ExitCode} ({OutputTail.LastLine(result.All)})"), NoFailures, result.All);
    }

    /// <inheritdoc/>
    public async Task<bool> IsRebootRequiredAsync(IShell shell, CancellationToken cancellation) =>
        (await shell.RunAsync(["test", "-e", "/run/reboot-required"], AskTimeout, cancellation).ConfigureAwait(false)).IsGood;

    /// <inheritdoc/>
    public Task ForgetRebootAsync(IShell shell, CancellationToken cancellation) =>
        shell.RunAsync(["rm", "-f", "/run/reboot-required", "/run/reboot-required.pkgs"], AskTimeout, cancellation);

    private static IReadOnlyDictionary<string, string> NoFailures { get; } = new Dictionary<string, string>();

    private static string NameOf(PatchPackage package) => PackageKey.Of(package);

    private static async Task<PackageChanges> SimulateAsync(IShell shell, string script, IReadOnlyList<PatchPackage> packages, CancellationToken cancellation)
    {
        var result = await RunAsync(shell, script, packages.Select(static p => $"{NameOf(p)}={p.ToVersion}"), AskTimeout, cancellation).ConfigureAwait(false);
        return result.IsGood ? AptSimulation.Parse(result.Output) : throw AptFailure.Of(result.ExitCode, result.Output);
    }

    private static Task<ShellResult> RunAsync(IShell shell, string script, IEnumerable<string> arguments, TimeSpan timeout, CancellationToken cancellation) =>
        shell.RunAsync(Script(script, arguments), timeout, cancellation);

    private static string[] Script(string script, IEnumerable<string> arguments) => ["sh", "-c", Preamble + script, "apt", .. arguments];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
