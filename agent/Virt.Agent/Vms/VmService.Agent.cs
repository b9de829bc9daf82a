using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Links;
using Virt.Agent.Vms.Inside;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>The agents inside guests (docs/adr/0032): puts them there, and leads callers to them.</summary>
public sealed partial class VmService
{
    private const int AgentChunk = 64 << 10;

    private static readonly TimeSpan AgentAnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AgentInstallTimeout = TimeSpan.FromMinutes(3);

    // Packing takes a second, and the whole ten megabytes; it is the same each time.
    private readonly Lock packing = new();
    private string? agentDigest;

    /// <summary>Makes the caller's connection one to the agent inside a guest, which is put there and started first where it is not.</summary>
    /// <exception cref="VirtException">
    /// NotFound; WrongState; NotSupported (it was made without one, or its guest cannot have one); Unavailable (neither it nor the guest agent listens, or the guest refuses); Timeout; DataLoss; ResourceExhausted.
    /// </exception>
    public async Task<Nothing> ConnectAgentAsync(ConnectVMAgent request, Call call)
    {
        var entry = Find(InsideFaults.Verb, request.Id, request.Name);
        var faults = new InsideFaults(entry.Name);
        call.WorksOn(entry.Name);
        if (!entry.Spec.HasAgent)
        {
            throw faults.None();
        }

        VmStates.CheckInvoke(entry.Name, entry.State, InsideFaults.Verb);
        var session = entry.Session ?? throw VmErrors.NoMonitor(InsideFaults.Verb, entry.Name);
        LinkStream? stream;
        do
        {
            await EnsureAgentOnceAsync(entry.Name, session, faults, call).ConfigureAwait(false);
            stream = await OpenAgentAsync(session, faults, call).ConfigureAwait(false);
        }
        while (stream is null);
        call.HandOver(stream);
        return new Nothing();
    }

    private async Task EnsureAgentOnceAsync(string name, VmSession session, InsideFaults faults, Call call)
    {
        if (session is { IsAgentChecked: true, IsAgentOpen: true })
        {
            return;
        }

        await session.AgentGate.WaitAsync(call.Cancellation).ConfigureAwait(false);
        try
        {
            await EnsureAgentAsync(name, session, faults, call).ConfigureAwait(false);
        }
        finally
        {
            session.AgentGate.Release();
        }
    }

    // Null: whoever listened has gone meanwhile.
    private async Task<LinkStream?> OpenAgentAsync(VmSession session, InsideFaults faults, Call call)
    {
        using var limit = new CancellationTokenSource(AgentAnswerTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        try
        {
            return await session.OpenAgentAsync(call.User, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!call.Cancellation.IsCancellationRequested)
        {
            throw faults.Silent(AgentAnswerTimeout, e);
        }
        catch (LinkException e)
        {
            throw faults.Full(e);
        }
    }

    // One that is there and cannot be asked about is as good as any.
    private async Task EnsureAgentAsync(string name, VmSession session, InsideFaults faults, Call call)
    {
        if (session is { IsAgentChecked: true, IsAgentOpen: true } or { IsAgentOpen: true, IsGuestAgentOpen: false })
        {
            return;
        }

        if (!session.IsGuestAgentOpen)
        {
            throw faults.NotUp();
        }

        using var limit = new CancellationTokenSource(AgentInstallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        try
        {
            call.Report($"Reaching the agent in VM '{name}'", "asking its guest");
            var found = await RunInsideAsync(session, InsideScripts.Check, [agentDigest ?? PackAgent().Digest], either.Token).ConfigureAwait(false);
            if (found.ExitCode == InsideScripts.Wanted)
            {
                var machine = Encoding.UTF8.GetString(found.Output).Trim();
                if (!InsideArchitecture.Fits(machine))
                {
                    throw faults.OtherArchitecture(machine);
                }

                found = await InstallAgentAsync(name, session, PackAgent(), call, either.Token).ConfigureAwait(false);
            }

            if (found.ExitCode != 0)
            {
                throw faults.Refused(found);
            }

            session.IsAgentChecked = true;
        }
        catch (QgaException e)
        {
            throw faults.Refused(e);
        }
        catch (OperationCanceledException e) when (!call.Cancellation.IsCancellationRequested)
        {
            throw faults.GuestAgentSilent(e);
        }
        catch (Exception e) when (e is TimeoutException or IOException or SocketException)
        {
            throw faults.GuestAgentSilent(e);
        }
    }

    // The guest's shell reads what is sent here from the port, which nobody else needs as long as there is no agent.
    private static async Task<QgaCommandResult> InstallAgentAsync(string name, VmSession session, InsideArchive archive, Call call, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var port = await session.LendAgentPortAsync().ConfigureAwait(false);
        try
        {
            var sending = SendAgentAsync(name, port, archive.Bytes, call, over.Token);
            try
            {
                return await RunInsideAsync(session, InsideScripts.Install, [archive.Digest, $"{archive.Bytes.Length}"], cancellation).ConfigureAwait(false);
            }
            finally
            {
                await over.CancelAsync().ConfigureAwait(false);
                await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await port.DisposeAsync().ConfigureAwait(false);
            session.TakeAgentPortBack();
        }
    }

    private static async Task SendAgentAsync(string name, Stream port, byte[] bytes, Call call, CancellationToken cancellation)
    {
        for (var at = 0; at < bytes.Length; at += AgentChunk)
        {
            await port.WriteAsync(bytes.AsMemory(at, Math.Min(AgentChunk, bytes.Length - at)), cancellation).ConfigureAwait(false);
            call.Report($"Reaching the agent in VM '{name}'", "putting it into its guest", (int)(100L * at / bytes.Length));
        }

        call.Report($"Reaching the agent in VM '{name}'", "starting it");
    }

    private static Task<QgaCommandResult> RunInsideAsync(VmSession session, string script, string[] arguments, CancellationToken cancellation) =>
        session.GuestAgent.RunAsync(["/bin/sh", "-c", script, "sh", .. arguments], new Dictionary<string, string>(StringComparer.Ordinal), null, cancellation);

    private InsideArchive PackAgent()
    {
        lock (packing)
        {
            var archive = InsideArchive.Pack(Environment.ProcessPath!);
            agentDigest = archive.Digest;
            return archive;
        }
    }
}
