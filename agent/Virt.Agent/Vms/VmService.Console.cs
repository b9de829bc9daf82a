using System;
using System.Collections.Concurrent;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Connect-VMConsole and Get-VMConsole.</summary>
public sealed partial class VmService
{
    private const string ConsoleVerb = "show the console of";

    // A file tells nobody that it has grown; a hand at a keyboard does not notice this.
    private static readonly TimeSpan ConsolePause = TimeSpan.FromMilliseconds(15);

    // What is not kept is given back so often: an emulated port writes less than 1 MB in that time, and 4 MB is what there is place for.
    private static readonly TimeSpan TrimPause = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<Guid, ConsoleSeat> consoleSeats = new();

    /// <summary>Shows a machine's serial console, what it has shown before first, until the machine ends, the time is over, or the seat is left. Others may look and type at the same time.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument; NotSupported (started by an older agent); Unavailable.</exception>
    public async Task<Nothing> ConnectConsoleAsync(ConnectVMConsole request, Call call)
    {
        var (entry, process, console) = OpenConsole(request.Id, request.Name);
        using var opened = console;
        call.WorksOn(entry.Name);
        if (entry.Session is not { } session)
        {
            throw VmErrors.NoMonitor(ConsoleVerb, entry.Name);
        }

        var seat = new ConsoleSeat(session);
        if (!consoleSeats.TryAdd(request.Terminal, seat))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "TerminalTaken", $"Cannot {ConsoleVerb} VM '{entry.Name}': seat '{request.Terminal}' is taken.", entry.Name, $"Connect-VMConsole {entry.Name}");
        }

        session.Seat();
        try
        {
            await FollowAsync(console, process, seat, request, call).ConfigureAwait(false);
            return new Nothing();
        }
        finally
        {
            consoleSeats.TryRemove(request.Terminal, out _);
            await session.UnseatAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Types at a console, or leaves it.</summary>
    /// <exception cref="VirtException">NotFound: nobody sits there; Timeout: the guest takes nothing in.</exception>
    public async Task<Nothing> TypeConsoleAsync(TypeVMConsole request, Call call)
    {
        if (!consoleSeats.TryGetValue(request.Terminal, out var seat))
        {
            throw NoSeat(null);
        }

        try
        {
            if (request.Bytes.Length > 0)
            {
                await seat.Session.TypeAsync(request.Bytes, call.Cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw NoSeat(e);
        }
        catch (TimeoutException e)
        {
            throw new VirtException(ErrorCode.Timeout, "ConsoleFull", $"Cannot type at seat '{request.Terminal}' of a console: the guest takes nothing in.", $"{request.Terminal}", "Get-VM", e);
        }

        if (request.IsLeaving)
        {
            seat.Leave();
        }

        return new Nothing();

        VirtException NoSeat(Exception? e) => new(ErrorCode.NotFound, "TerminalClosed", $"Cannot type at seat '{request.Terminal}' of a console: it is closed.", $"{request.Terminal}", "Get-VM", e);
    }

    /// <summary>Reads what a machine's serial console has shown last.</summary>
    /// <exception cref="VirtException">As for <see cref="ConnectConsoleAsync"/>.</exception>
    public Task<VMConsoleText> GetConsoleAsync(GetVMConsole request, Call call)
    {
        var (entry, _, console) = OpenConsole(request.Id, request.Name);
        using var opened = console;
        call.WorksOn(entry.Name);
        return Task.FromResult(new VMConsoleText { Bytes = console.Read(0).Bytes });
    }

    private (VmEntry Entry, VmProcess Process, VmConsole Console) OpenConsole(Guid id, string name)
    {
        var entry = Find(ConsoleVerb, id, name);
        VmStates.CheckConsole(ConsoleVerb, entry.Name, entry.State);
        if (entry.Process is not { } process)
        {
            throw VmErrors.NoMonitor(ConsoleVerb, entry.Name);
        }

        return VmConsole.Open(process) is { } console
            ? (entry, process, console)
            : throw new VirtException(ErrorCode.NotSupported, "ConsoleMissing", $"Cannot {ConsoleVerb} VM '{entry.Name}': it was started by an older agent, or has just ended.", entry.Name, $"Stop-VM -Name {entry.Name}; Start-VM -Name {entry.Name}");
    }

    private async Task FollowAsync(VmConsole console, VmProcess process, ConsoleSeat seat, ConnectVMConsole request, Call call)
    {
        using var limit = new CancellationTokenSource(request.Timeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Timeout, time);
        var at = Math.Max(0, console.Length - Math.Clamp(request.TailBytes, 0, VmConsole.KeptBytes));
        await call.WriteOutputAsync(default, isError: false).ConfigureAwait(false); // it is there, and can be typed at
        while (true)
        {
            // Looked at before what there is to read, so that the last words are read too.
            var isOver = process.HasEnded || seat.Left.IsCompleted || limit.IsCancellationRequested;
            var (bytes, missed) = console.Read(at);
            if (missed > 0)
            {
                await call.WriteOutputAsync(System.Text.Encoding.ASCII.GetBytes(FormattableString.Invariant($"\r\n[{missed} bytes came too fast to be shown]\r\n")), isError: false).ConfigureAwait(false);
            }

            if (bytes.Length > 0)
            {
                await call.WriteOutputAsync(bytes, isError: false).ConfigureAwait(false);
                at += missed + bytes.Length;
            }
            else if (isOver)
            {
                return;
            }
            else
            {
                await Task.WhenAny(process.Ended, seat.Left, Task.Delay(ConsolePause, time, call.Cancellation)).ConfigureAwait(false);
                call.Cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    // For a machine's whole run.
    private async Task TrimConsoleAsync(VmProcess process)
    {
        using var console = VmConsole.Open(process);
        while (console is not null && !isStopping && !process.Ended.IsCompleted)
        {
            await Task.WhenAny(process.Ended, Task.Delay(TrimPause, time)).ConfigureAwait(false);
            try
            {
                console.Trim();
            }
            catch (LinuxException e)
            {
                AgentLog.Error("Could not shorten what is kept of a console", e);
                return;
            }
        }
    }

    private static string LastConsoleLine(VmProcess? process)
    {
        using var console = process is null ? null : VmConsole.Open(process);
        return console?.LastLine() ?? "";
    }
}
