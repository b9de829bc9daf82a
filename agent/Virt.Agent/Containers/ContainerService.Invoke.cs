using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
using Virt.Linux.Cgroups;
using Virt.Linux.Files;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private const int OutputChunk = 32 * 1024;

    // What the command left running may hold its output open for ever; once the command has ended, silence of this length is its end.
    private static readonly TimeSpan SilenceAfterEnd = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs a command in a container, with the container's own confinement; its output goes to the caller as it comes.</summary>
    /// <exception cref="VirtException">NotFound (also of the program); WrongState; InvalidArgument.</exception>
    public async Task<CommandExit> InvokeAsync(InvokeContainerCommand request, Call call)
    {
        var entry = Find("run a command in", request.Id, request.Name);
        call.WorksOn(entry.Name);
        CheckCommand(entry.Name, request);
        var (outputRead, outputWrite) = FileHandles.CreatePipe();
        var (errorRead, errorWrite) = FileHandles.CreatePipe();
        await using var output = Tool.ReadingStream(outputRead);
        await using var error = Tool.ReadingStream(errorRead);
        var (input, process, group) = await EnterAsync(entry, request, outputWrite, errorWrite, call).ConfigureAwait(false);
        using (group)
        using (process)
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
            if (request.Timeout > TimeSpan.Zero)
            {
                timer.CancelAfter(request.Timeout);
            }

            await using var kill = timer.Token.Register(() => Kill(process, group)).ConfigureAwait(false);
            using var ended = new CancellationTokenSource();
            var feeding = input is null ? Task.CompletedTask : FeedAsync(input, call, ended.Token);
            var pumps = new[] { PumpAsync(output, process, bytes => call.WriteOutputAsync(bytes, isError: false)), PumpAsync(error, process, bytes => call.WriteOutputAsync(bytes, isError: true)) };
            var status = await process.Exited.ConfigureAwait(false);
            await Task.WhenAll(pumps).ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await feeding.ConfigureAwait(false);
            call.Cancellation.ThrowIfCancellationRequested();
            ThrowIfTimedOut(entry, request.Command[0], request.Timeout, timer, status);
            return new CommandExit { ExitCode = status.ExitCode, Signal = status.Signal };
        }
    }

    // All that the command has started, and not its first process alone.
    private static void Kill(KeptProcess process, CommandGroup group)
    {
        process.Signal(Signals.Kill);
        group.Kill();
    }

    private static void ThrowIfTimedOut(ContainerEntry entry, string program, TimeSpan timeout, CancellationTokenSource timer, ExitStatus status)
    {
        if (timer.IsCancellationRequested && status.Signal == Signals.Kill)
        {
            throw new VirtException(
                ErrorCode.Timeout,
                "CommandTimeout",
                $"Cannot wait longer for '{program}' in container '{entry.Name}': it did not end within {timeout.TotalSeconds:0.#} s and was killed.",
                entry.Name,
                $"Invoke-ContainerCommand -Name {entry.Name} -Command {program}");
        }
    }

    private static void CheckCommand(string name, InvokeContainerCommand request)
    {
        var cause = request switch
        {
            { Command: [] or ["", ..] } => "no command was given",
            { WorkingDirectory: { } path } when !NewContainerCheck.IsPlainPath(path) => $"'{path}' is not an absolute path without '..'",
            _ when request.Command.Any(a => a.Contains('\0')) || request.Environment.Any(v => v.Key.Length == 0 || v.Key.Contains('=') || v.Key.Contains('\0') || v.Value.Contains('\0')) =>
                "an argument or a variable holds what cannot be passed on",
            _ => null,
        };
        if (cause is not null)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidCommand", $"Cannot run a command in container '{name}': {cause}.", name, $"Invoke-ContainerCommand -Name {name} -Command ls, /");
        }
    }

    private async Task<(Stream? Input, KeptProcess Process, CommandGroup Group)> EnterAsync(ContainerEntry entry, InvokeContainerCommand request, SafeFileHandle output, SafeFileHandle error, Call call)
    {
        SafeFileHandle? inputRead = null;
        Stream? input = null;
        using (output)
        using (error)
        {
            if (request.HasInput)
            {
                (inputRead, var inputWrite) = FileHandles.CreatePipe();
                input = Tool.WritingStream(inputWrite);
            }

            // Under the lock, so that the container cannot end and its cgroup cannot go between the look at it and the launch.
            using (inputRead)
            using (await LockAsync("run a command in", entry, call).ConfigureAwait(false))
            {
                ContainerStates.CheckInvoke(entry.Name, entry.State);
                CommandGroup? group = null;
                try
                {
                    var cgroup = cgroups.Open(entry.Run!.Cgroup);
                    (group, var readySet) = cgroups.Seat?.Take(cgroup, entry.Run.Cgroup) ?? (cgroup.CreateCommand(), 0);
                    var process = await EnterAsync(entry, request, (group, readySet), inputRead, output, error).ConfigureAwait(false);
                    WaitForNext(entry, cgroup);
                    return (input, process, group);
                }
                catch (Exception e)
                {
                    group?.Dispose();
                    input?.Dispose();
                    throw LaunchError.OfCommand(entry.Name, request.Command[0], request.WorkingDirectory ?? entry.Spec.WorkingDirectory, e);
                }
            }
        }
    }

    // The thread counts as a process of the container's, which has to come out even where those are limited.
    private void WaitForNext(ContainerEntry entry, Cgroup cgroup)
    {
        if (cgroups.Seat is { } seat && entry.Spec.ProcessCount is null && entry.Run!.Cgroup is var name && seat.Follows(name))
        {
            InBackground(() => seat.SitAsync(cgroup, name), $"wait for the next command in container '{entry.Name}'");
        }
    }

    private async Task<KeptProcess> EnterAsync(ContainerEntry entry, InvokeContainerCommand request, (CommandGroup Group, ulong ReadySet) place, SafeFileHandle? input, SafeFileHandle output, SafeFileHandle error)
    {
        var first = entry.Process!;
        using var root = FileHandles.OpenRoot(first.ProcessId);
        var user = UserOf(entry.Name, entry.Spec, request.User ?? entry.Spec.User, root, "run a command in");
        if (entry.Run!.HostIds is var ids and not 0)
        {
            // /dev/stdout is opened anew by many programs, which is for the owner alone.
            foreach (var pipe in new[] { input, output, error })
            {
                pipe?.GiveTo(ids + user.UserId, ids + user.GroupId);
            }
        }

        return await LaunchFurtherAsync(entry.Spec, ContainerPlan.Further(entry.Spec, entry.Run, request.Command, request.Environment, request.WorkingDirectory, user) with
        {
            Join = first.PidFd,
            Cgroup = place.Group.Birth,
            CgroupFiles = place.Group.Entry,
            ReadySet = place.ReadySet,
            Input = input,
            Output = output,
            Error = error,
        }).ConfigureAwait(false);
    }

    private static async Task PumpAsync(Stream stream, KeptProcess process, Func<ReadOnlyMemory<byte>, ValueTask> write)
    {
        var buffer = new byte[OutputChunk];
        while (true)
        {
            var reading = stream.ReadAsync(buffer).AsTask();
            if (!reading.IsCompleted)
            {
                await Task.WhenAny(reading, process.Exited).ConfigureAwait(false);
                // On a busy host it may take longer than that until this is told of what is there already.
                if (!reading.IsCompleted && await Task.WhenAny(reading, Task.Delay(SilenceAfterEnd)).ConfigureAwait(false) != reading && !Tool.HasBytes(stream))
                {
                    return; // the caller disposes the stream, which ends the read
                }
            }

            var count = await reading.ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }

            await write(buffer.AsMemory(0, count)).ConfigureAwait(false);
        }
    }

    private static async Task FeedAsync(Stream input, Call call, CancellationToken ended)
    {
        await using (input)
        {
            try
            {
                ReadOnlyMemory<byte> bytes;
                while ((bytes = await call.ReadInputAsync(ended).ConfigureAwait(false)).Length > 0)
                {
                    await input.WriteAsync(bytes, ended).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The command has closed its input, or has ended.
            }
        }
    }
}
