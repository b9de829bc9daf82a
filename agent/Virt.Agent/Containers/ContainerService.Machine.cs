using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
using Virt.Agent.Containers.Machine;
using Virt.Linux.Cgroups;
using Virt.Linux.Files;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>Containers in virtual machines of their own (docs/adr/0037-container-in-a-machine.md).</content>
public sealed partial class ContainerService
{
    // An emulated machine on a busy host takes its time; one that is not up by then has come to a stop.
    private static readonly TimeSpan MachineStart = TimeSpan.FromMinutes(3);

    // As long as the keeper waits for an init's word.
    private static readonly TimeSpan MachineAnswer = TimeSpan.FromSeconds(10);

    private void CheckMachine(string verb, string name, ContainerSpec spec)
    {
        if (spec.IsMachine)
        {
            MachinesOf(verb, name).Require(verb, name);
        }
    }

    private MachineHost MachinesOf(string verb, string name) =>
        machines ?? throw new VirtException(ErrorCode.NotSupported, "MachinesNotSupported", $"Cannot {verb} container '{name}': this agent has no virtual machines for containers.", name, "New-Container -Isolation Application");

    // What the keeper is told of a container's first process becomes what its machine is told of it; the keeper starts those that stand for it.
    private PreparedLaunch WithMachine(ContainerEntry entry, ContainerSpec spec, ContainerRun run, Func<SafeFileHandle, SafeFileHandle> keep, PreparedLaunch prepared)
    {
        if (!spec.IsMachine)
        {
            return prepared;
        }

        var host = MachinesOf("start", entry.Name);
        var parts = host.Require("start", entry.Name);
        var link = MemberOf(entry, spec) is { } member ? networks.LinkOf(member) : null;
        var launch = prepared.Launch;
        var steps = MachineRoot.Plan(launch.RootSteps, spec.ReadOnly, parts, host.Accelerator, run.HostIds, keep);
        return prepared with
        {
            Machine = MachineDescription.OfFirst(launch, spec, link),
            Launch = MachineLaunch.First(launch, MachineArguments.Build(spec, host, parts, link), steps),
        };
    }

    // Ends when the command runs in its machine. A launch that fails leaves nothing.
    private async Task<KeptProcess> LaunchMachineAsync(PreparedLaunch prepared)
    {
        using var tap = prepared.Member is { } member ? networks.ConnectTap(member) : null;
        return await LaunchToldAsync(prepared.Launch, prepared.Machine!, tap, ready => AwaitMachineAsync(ready, prepared)).ConfigureAwait(false);
    }

    // Starts what stands for a process of a machine, and waits for what it says of that process's start. Where that is not well nothing is left of it.
    private async Task<KeptProcess> LaunchToldAsync(LaunchSpec launch, byte[] told, SafeFileHandle? tap, Func<Stream, Task> awaitStart)
    {
        using var description = MachineDescription.Open(told);
        var (readyRead, readyWrite) = FileHandles.CreatePipe();
        await using var ready = Tool.ReadingStream(readyRead);
        KeptProcess process;
        using (readyWrite)
        {
            process = await keeper.LaunchAsync(launch with { Descriptors = tap is null ? [description, readyWrite] : [description, readyWrite, tap] }).ConfigureAwait(false);
        }

        try
        {
            await awaitStart(ready).ConfigureAwait(false);
            return process;
        }
        catch
        {
            process.Signal(Signals.Kill);
            await process.Exited.ConfigureAwait(false);
            process.Dispose();
            throw;
        }
    }

    private static async Task AwaitMachineAsync(Stream ready, PreparedLaunch prepared)
    {
        var words = new byte[8];
        using var timer = new CancellationTokenSource(MachineStart);
        try
        {
            await ready.ReadExactlyAsync(words, timer.Token).ConfigureAwait(false);
        }
        catch (EndOfStreamException)
        {
            throw NotStarted("it ended before that", null);
        }
        catch (OperationCanceledException e)
        {
            throw NotStarted(FormattableString.Invariant($"it took longer than {MachineStart.TotalMinutes} minutes"), e);
        }

        var (error, stage) = (MemoryMarshal.Read<int>(words), MemoryMarshal.Read<int>(words.AsSpan(4)));
        if (error != 0)
        {
            throw stage == 0 ? LaunchException.OfCommand(error) : NotStarted("it ended before that", null);
        }

        VirtException NotStarted(string cause, Exception? e) => new(
            ErrorCode.Unavailable,
            "MachineNotStarted",
            $"Cannot start container '{prepared.Launch.HostName}': its command did not begin in its virtual machine: {cause}; its log has what QEMU said.",
            prepared.Launch.HostName,
            $"Get-ContainerLog {prepared.Launch.HostName}",
            e);
    }

    // A further process is one of the machine's, and one of the host's stands for it.
    private async Task<KeptProcess> LaunchFurtherAsync(ContainerSpec spec, LaunchSpec launch)
    {
        if (!spec.IsMachine)
        {
            return await keeper.LaunchAsync(launch with { Label = ProcessLabelOf(LabelOf(spec)) }).ConfigureAwait(false);
        }

        return await EnterMachineAsync(launch, MachineDescription.Of(launch)).ConfigureAwait(false);
    }

    private Task<KeptProcess> EnterMachineAsync(LaunchSpec launch, byte[] command) => LaunchToldAsync(MachineLaunch.Enter(launch), command, null, static async ready =>
    {
        if (await ReadErrorAsync(ready).ConfigureAwait(false) is var error and not 0)
        {
            throw LaunchException.OfCommand(error);
        }
    });

    // What a machine does not say in time, or at all, is told by the command's end.
    private static async Task<int> ReadErrorAsync(Stream ready)
    {
        var word = new byte[4];
        using var timer = new CancellationTokenSource(MachineAnswer);
        try
        {
            await ready.ReadExactlyAsync(word, timer.Token).ConfigureAwait(false);
            return MemoryMarshal.Read<int>(word);
        }
        catch (Exception e) when (e is EndOfStreamException or OperationCanceledException)
        {
            return 0;
        }
    }

    // Its machine's kernel is asked, in a process of its own there: the host's sees QEMU.
    private async Task<string> ListMachineAsync(ContainerEntry entry, Call call)
    {
        var (read, write) = FileHandles.CreatePipe();
        await using var output = Tool.ReadingStream(read);
        KeptProcess process;
        CommandGroup group;
        using (write)
        using (await LockAsync("list the processes of", entry, call).ConfigureAwait(false))
        {
            ContainerStates.CheckInvoke(entry.Name, entry.State);
            group = cgroups.Open(entry.Run!.Cgroup).CreateCommand();
            try
            {
                var launch = ContainerPlan.Further(entry.Spec, entry.Run, ["list"], new Dictionary<string, string>(), null, ContainerUser.Root);
                launch = launch with { Join = entry.Process!.PidFd, Cgroup = group.Birth, CgroupFiles = group.Entry, Output = write };
                process = await EnterMachineAsync(launch, MachineDescription.OfList()).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                group.Dispose();
                throw LaunchError.OfCommand(entry.Name, "list", "/", e);
            }
        }

        using (group)
        using (process)
        {
            await using var kill = call.Cancellation.Register(() => Kill(process, group)).ConfigureAwait(false);
            using var reader = new StreamReader(output);
            return await reader.ReadToEndAsync(call.Cancellation).ConfigureAwait(false);
        }
    }

    // What comes in at the link's end on the host, the machine has sent.
    private (long? Received, long? Sent) TrafficOfMachine(ContainerEntry entry) =>
        MemberOf(entry, entry.Spec) is { } member && networks.TrafficOf(member) is { } traffic ? (traffic.SentBytes, traffic.ReceivedBytes) : (0, 0);
}
