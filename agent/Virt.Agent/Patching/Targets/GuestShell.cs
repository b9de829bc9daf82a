using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Patching.Targets;

/// <summary>Runs programs in a guest, through its guest agent.</summary>
internal sealed class GuestShell(VmService vms, Guid id, string name, TimeProvider time) : IShell
{
    /// <inheritdoc/>
    public Task<ShellResult> RunAsync(string[] command, TimeSpan timeout, CancellationToken cancellation) => RunAsync(command, null, timeout, cancellation);

    /// <inheritdoc/>
    public Task<ShellResult> RunApartAsync(string[] command, TimeSpan timeout, CancellationToken cancellation) => new GuestJob(this, time).RunAsync(command, timeout, cancellation);

    /// <summary>Runs a program that reads something.</summary>
    public async Task<ShellResult> RunAsync(string[] command, byte[]? input, TimeSpan timeout, CancellationToken cancellation)
    {
        var sink = new GatherSink();
        var exit = await vms.InvokeAsync(
            new InvokeVMCommand { Id = id, Name = name, Command = command, Input = input, Timeout = timeout },
            new Call(sink, "", whatIf: false, cancellation)).ConfigureAwait(false);
        return new ShellResult(exit.ExitCode ?? 128 + (exit.Signal ?? 0), sink.Output, sink.Error);
    }

    /// <summary>Waits until the guest agent answers.</summary>
    /// <exception cref="VirtException">Timeout, which says why not yet; WrongState; NotFound.</exception>
    public async Task AwaitAsync(TimeSpan timeout, CancellationToken cancellation) =>
        await vms.WaitAsync(new WaitVM { Id = id, Name = name, For = WaitCondition.GuestAgent, Timeout = timeout }, new Call(NoSink.Instance, "", whatIf: false, cancellation)).ConfigureAwait(false);
}
