using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Invoke-VMCommand.</summary>
public sealed partial class VmService
{
    /// <summary>Runs a command in a guest by its agent. Its output comes when it has ended: the agent gives it no sooner.</summary>
    /// <exception cref="VirtException">NotFound (machine or program); WrongState; InvalidArgument; Unavailable (no agent); NotSupported (the agent may not); Timeout, after which it is killed.</exception>
    public async Task<CommandExit> InvokeAsync(InvokeVMCommand request, Call call)
    {
        const string Verb = "run a command in";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        if (request.Command.Length == 0 || request.Command[0].Length == 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "NoCommand", $"Cannot {Verb} VM '{entry.Name}': no program is named.", entry.Name, $"Invoke-VMCommand -Name {entry.Name} -Command uname, -a");
        }

        VmStates.CheckInvoke(entry.Name, entry.State);
        if (entry.Session is not { IsGuestAgentOpen: true } session)
        {
            throw VmErrors.NoGuestAgent(Verb, entry.Name, "no guest agent listens in it yet");
        }

        if (call.WhatIf)
        {
            return new CommandExit();
        }

        using var limit = new CancellationTokenSource(request.Timeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        try
        {
            var result = await session.GuestAgent.RunAsync(request.Command, request.Environment, request.Input, either.Token).ConfigureAwait(false);
            await SendOutputAsync(result, call).ConfigureAwait(false);
            return new CommandExit { ExitCode = result.ExitCode, Signal = result.Signal };
        }
        catch (OperationCanceledException e) when (!call.Cancellation.IsCancellationRequested)
        {
            throw new VirtException(
                ErrorCode.Timeout,
                "CommandTimeout",
                FormattableString.Invariant($"Cannot wait longer for '{request.Command[0]}' in VM '{entry.Name}': it did not end within {request.Timeout.TotalSeconds:0.###} s and was killed."),
                entry.Name,
                $"Invoke-VMCommand -Name {entry.Name} -TimeoutSeconds 600",
                e);
        }
        catch (QgaException e)
        {
            throw Refused(Verb, entry.Name, request.Command[0], e);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            throw VmErrors.NoGuestAgent(Verb, entry.Name, "its guest agent does not answer", e);
        }
    }

    private static async Task SendOutputAsync(QgaCommandResult result, Call call)
    {
        if (result.Output.Length > 0)
        {
            await call.WriteOutputAsync(result.Output, isError: false).ConfigureAwait(false);
        }

        if (result.Error.Length > 0)
        {
            await call.WriteOutputAsync(result.Error, isError: true).ConfigureAwait(false);
        }

        if (result.IsTruncated)
        {
            await call.WriteOutputAsync("\n[the guest agent kept no more of the output]\n"u8.ToArray(), isError: true).ConfigureAwait(false);
        }
    }

    private static VirtException Refused(string verb, string name, string program, QgaException e) => e switch
    {
        { IsNotSupported: true } => new(ErrorCode.NotSupported, "GuestExecNotSupported", $"Cannot {verb} VM '{name}': its guest agent may not run commands ({VmErrors.Sentence(e.Description)}).", name, "Allow guest-exec in the guest's /etc/qemu/qemu-ga.conf.", e),
        _ when e.Description.Contains("No such file or directory", StringComparison.Ordinal) =>
            new(ErrorCode.NotFound, "CommandNotFound", $"Cannot {verb} VM '{name}': the guest has no program '{program}'.", program, $"Invoke-VMCommand -Name {name} -Command sh, -c, 'echo $PATH'", e),
        _ => new(ErrorCode.Unavailable, "GuestAgentRefused", $"Cannot {verb} VM '{name}': its guest agent refused ({VmErrors.Sentence(e.Description)}).", name, $"Get-VM -Name {name}", e),
    };
}
