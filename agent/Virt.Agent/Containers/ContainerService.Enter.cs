using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private static readonly string[] Shells = ["/bin/bash", "/bin/ash", "/bin/sh"];
    private readonly ConcurrentDictionary<Guid, Terminal> terminals = new();

    /// <summary>Runs a command in a container at a terminal of the container's own; what it shows goes to the caller as it comes.</summary>
    /// <exception cref="VirtException">NotFound (also of the program); WrongState; InvalidArgument.</exception>
    public async Task<CommandExit> EnterAsync(EnterContainer request, Call call)
    {
        var entry = Find("enter", request.Id, request.Name);
        call.WorksOn(entry.Name);
        var command = new InvokeContainerCommand
        {
            Command = request.Command.Length > 0 ? request.Command : [Shells[^1]],
            Environment = new Dictionary<string, string>(request.Environment) { ["TERM"] = request.Environment.GetValueOrDefault("TERM", "xterm") },
            User = request.User,
            WorkingDirectory = request.WorkingDirectory,
        };
        CheckCommand(entry.Name, command);
        var (terminal, process, group) = await EnterTerminalAsync(entry, command, request, call).ConfigureAwait(false);
        using (group)
        using (process)
        using (terminal)
        {
            try
            {
                await using var kill = call.Cancellation.Register(() => Kill(process, group)).ConfigureAwait(false);
                await call.WriteOutputAsync(default, isError: false).ConfigureAwait(false); // it is there, and can be typed at
                var buffer = new byte[OutputChunk];
                int count;
                while ((count = await terminal.ReadAsync(buffer).ConfigureAwait(false)) > 0)
                {
                    await call.WriteOutputAsync(buffer.AsMemory(0, count), isError: false).ConfigureAwait(false);
                }

                var status = await process.Exited.ConfigureAwait(false);
                call.Cancellation.ThrowIfCancellationRequested();
                return new CommandExit { ExitCode = status.ExitCode, Signal = status.Signal };
            }
            finally
            {
                terminals.TryRemove(request.Terminal, out _);
                // Whoever hangs up ends what he ran.
                group.Kill();
            }
        }
    }

    /// <summary>Types at a terminal, or says how large its window is.</summary>
    /// <exception cref="VirtException">NotFound: it is closed.</exception>
    public async Task<Nothing> TypeAsync(TypeContainer request, Call call)
    {
        if (!terminals.TryGetValue(request.Terminal, out var terminal))
        {
            throw NoTerminal(null);
        }

        try
        {
            if (request is { Columns: > 0 and <= ushort.MaxValue, Rows: > 0 and <= ushort.MaxValue })
            {
                terminal.Resize((ushort)request.Columns, (ushort)request.Rows);
            }

            if (request.Bytes.Length > 0)
            {
                await terminal.WriteAsync(request.Bytes, call.Cancellation).ConfigureAwait(false);
            }

            return new Nothing();
        }
        catch (Exception e) when (e is IOException or LinuxException or ObjectDisposedException)
        {
            throw NoTerminal(e);
        }

        VirtException NoTerminal(Exception? e) => new(ErrorCode.NotFound, "TerminalClosed", $"Cannot type at terminal '{request.Terminal}': it is closed.", $"{request.Terminal}", "Enter-Container web", e);
    }

    private async Task<(Terminal Terminal, KeptProcess Process, Virt.Linux.Cgroups.CommandGroup Group)> EnterTerminalAsync(
        ContainerEntry entry, InvokeContainerCommand command, EnterContainer request, Call call)
    {
        using var held = await LockAsync("enter", entry, call).ConfigureAwait(false);
        ContainerStates.CheckInvoke(entry.Name, entry.State);
        Virt.Linux.Cgroups.CommandGroup? group = null;
        Terminal? terminal = null;
        try
        {
            using var root = FileHandles.OpenRoot(entry.Process!.ProcessId);
            var user = UserOf(entry.Name, entry.Spec, command.User ?? entry.Spec.User, root, "enter");
            if (request.Command.Length == 0)
            {
                command = command with { Command = [ShellOf(root, user)] };
            }

            terminal = Terminal.Open(root, entry.Run!.HostIds + user.UserId);
            terminal.Resize((ushort)Math.Clamp(request.Columns, 1, ushort.MaxValue), (ushort)Math.Clamp(request.Rows, 1, ushort.MaxValue));
            terminals[request.Terminal] = terminal;
            group = cgroups.Open(entry.Run.Cgroup).CreateCommand();
            using var slave = terminal.Slave;
            var process = await LaunchFurtherAsync(entry.Spec, ContainerPlan.Further(entry.Spec, entry.Run, command.Command, command.Environment, command.WorkingDirectory, user) with
            {
                Join = entry.Process.PidFd,
                Cgroup = group.Birth,
                CgroupFiles = group.Entry,
                Input = slave,
                Output = slave,
                Error = slave,
                HasTerminal = true,
            }).ConfigureAwait(false);
            return (terminal, process, group);
        }
        catch (Exception e)
        {
            terminals.TryRemove(request.Terminal, out _);
            terminal?.Dispose();
            group?.Dispose();
            throw LaunchError.OfCommand(entry.Name, command.Command[0], command.WorkingDirectory ?? entry.Spec.WorkingDirectory, e);
        }
    }

    // What the image's passwd(5) says, where it has that; else the best that it has.
    private static string ShellOf(Microsoft.Win32.SafeHandles.SafeFileHandle root, ContainerUser user)
    {
        var named = ContainerUser.ShellOf(ReadInside(root, "/etc/passwd"), user.UserId);
        foreach (var shell in named.Length > 0 ? [named, .. Shells] : Shells)
        {
            using var file = FileHandles.OpenInside(root, shell);
            if (file is not null)
            {
                return shell;
            }
        }

        return Shells[^1];
    }
}
