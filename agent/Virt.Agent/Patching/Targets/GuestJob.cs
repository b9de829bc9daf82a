using System;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Patching.Targets;

/// <summary>
/// Runs a program in a guest apart from its guest agent, and waits for its end: an update of the guest agent itself restarts that, and would take its children with it.
/// Where systemd runs, the program is a unit of its own, else a session of its own.
/// </summary>
internal sealed class GuestJob(GuestShell guest, TimeProvider time)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AgentTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private const string Start = """
        mkdir -m 700 "$1" && cat > "$1/run" || exit 1
        if [ -d /run/systemd/system ] && command -v systemd-run > /dev/null; then
            exec systemd-run --quiet --collect --unit "${1##*/}" sh "$1/run"
        fi
        setsid sh "$1/run" > /dev/null 2>&1 < /dev/null &
        """;

    // The job holds a lock until its end, which costs the guest nothing to wait for: to look again and again takes a busy guest's time from the job itself.
    private const string Look = """
        if command -v flock > /dev/null; then timeout 10 flock -s "$1/lock" true; else sleep 1; fi
        cat "$1/code" 2> /dev/null || echo running
        """;

    private const string Fetch = """cat "$1/out"; cat "$1/err" >&2; rm -rf "$1" """;

    private const string Kill = """kill -KILL -- "-$(cat "$1/pid")"; rm -rf "$1" """;

    /// <inheritdoc cref="IShell.RunApartAsync"/>
    public async Task<ShellResult> RunAsync(string[] command, TimeSpan timeout, CancellationToken cancellation)
    {
        var folder = $"/run/virt-patch-{Guid.NewGuid():N}";
        var started = await guest.RunAsync(["sh", "-c", Start, "virt", folder], Encoding.UTF8.GetBytes(Script(folder, command)), StartTimeout, cancellation).ConfigureAwait(false);
        if (!started.IsGood)
        {
            throw new VirtException(ErrorCode.Unavailable, "CommandNotStarted", $"Cannot run '{command[0]}' in the guest: {OutputTail.LastLine(started.All)}.", command[0], "Get-VM");
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var code = await EndAsync(folder, either.Token).ConfigureAwait(false);
            var written = await guest.RunAsync(["sh", "-c", Fetch, "virt", folder], LookTimeout, either.Token).ConfigureAwait(false);
            return new ShellResult(code, written.Output, written.Error);
        }
        catch (OperationCanceledException e)
        {
            await KillAsync(folder).ConfigureAwait(false);
            throw cancellation.IsCancellationRequested
                ? e
                : new VirtException(
                    ErrorCode.Timeout, "CommandTimeout", FormattableString.Invariant($"Cannot wait longer for the package manager: it did not end within {timeout.TotalSeconds:0.###} s and was killed."), command[0], "Get-PatchHistory", e);
        }
    }

    private async Task<int> EndAsync(string folder, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var look = await guest.RunAsync(["sh", "-c", Look, "virt", folder], LookTimeout, cancellation).ConfigureAwait(false);
                if (int.TryParse(look.Output.Trim(), out var code))
                {
                    return code;
                }
            }
            catch (VirtException e) when (e.Code is ErrorCode.Unavailable or ErrorCode.Timeout && !cancellation.IsCancellationRequested)
            {
                // The agent is being restarted, or the guest is very busy: it will answer again.
                await guest.AwaitAsync(AgentTimeout, cancellation).ConfigureAwait(false);
            }

            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task KillAsync(string folder)
    {
        try
        {
            await guest.RunAsync(["sh", "-c", Kill, "virt", folder], LookTimeout, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VirtException)
        {
            // The guest does not answer; it is put back to a moment before the program was started.
        }
    }

    private static string Script(string folder, string[] command) => $"""
        echo $$ > {folder}/pid
        exec 9> {folder}/lock
        command -v flock > /dev/null && flock 9
        {string.Join(' ', command.Select(Quote))} > {folder}/out 2> {folder}/err < /dev/null 9>&-
        echo $? > {folder}/code.new
        mv {folder}/code.new {folder}/code

        """;

    private static string Quote(string argument) => $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
