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
    private const string InvokeVerb = "run a command in";
    private const int OutputChunk = 1 << 20;

    /// <summary>Runs a command or a script in a guest by its agent. Its output comes when it has ended: the agent gives it no sooner.</summary>
    /// <exception cref="VirtException">NotFound (machine, user or program); WrongState; InvalidArgument; Unavailable (no agent); NotSupported (the agent may not); Timeout, after which it is killed.</exception>
    public async Task<CommandExit> InvokeAsync(InvokeVMCommand request, Call call)
    {
        var entry = Find(InvokeVerb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        CheckCommand(InvokeVerb, entry.Name, request);
        VmStates.CheckInvoke(entry.Name, entry.State);
        if (entry.Session is not { IsGuestAgentOpen: true } session)
        {
            throw VmErrors.NoGuestAgent(InvokeVerb, entry.Name, "no guest agent listens in it yet");
        }

        if (call.WhatIf)
        {
            return new CommandExit();
        }

        using var limit = new CancellationTokenSource(request.Timeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        try
        {
            var result = await RunAsync(session.GuestAgent, entry.Name, request, either.Token).ConfigureAwait(false);
            await SendOutputAsync(result, call).ConfigureAwait(false);
            return new CommandExit { ExitCode = result.ExitCode, Signal = result.Signal, IsTruncated = result.IsTruncated };
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
            throw Refused(InvokeVerb, entry.Name, request.Command[0], e);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            throw VmErrors.NoGuestAgent(InvokeVerb, entry.Name, "its guest agent does not answer", e);
        }
    }

    private static async Task SendOutputAsync(QgaCommandResult result, Call call)
    {
        foreach (var (bytes, isError) in new[] { (result.Output, false), (result.Error, true) })
        {
            // A guest agent keeps as much as a message may hold, and then there is the message's head.
            for (var at = 0; at < bytes.Length; at += OutputChunk)
            {
                await call.WriteOutputAsync(bytes.AsMemory(at, Math.Min(OutputChunk, bytes.Length - at)), isError).ConfigureAwait(false);
            }
        }
    }

    private static VirtException Refused(string verb, string name, string program, QgaException e) => e switch
    {
        { IsNotSupported: true } => new(ErrorCode.NotSupported, "GuestExecNotSupported", $"Cannot {verb} VM '{name}': its guest agent may not run commands ({VmErrors.Sentence(e.Description)}).", name, "Allow guest-exec in the guest's /etc/qemu/qemu-ga.conf.", e),
        _ when e.Description.Contains("No such file or directory", StringComparison.Ordinal) => NoProgram(name, program, e),
        _ => new(ErrorCode.Unavailable, "GuestAgentRefused", $"Cannot {verb} VM '{name}': its guest agent refused ({VmErrors.Sentence(e.Description)}).", name, $"Get-VM -Name {name}", e),
    };
}
