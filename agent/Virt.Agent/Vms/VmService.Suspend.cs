using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Suspend-VM, Resume-VM.</summary>
public sealed partial class VmService
{
    /// <summary>Lets a running machine stand still.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; Unavailable (QEMU).</exception>
    public async Task<VM> SuspendAsync(SuspendVM request, Call call)
    {
        const string Verb = "suspend";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmStates.CheckSuspend(entry.Name, entry.State);
        if (!call.WhatIf)
        {
            await AskQemuAsync(Verb, entry.Name, entry.Session, session => session.HoldAsync(call.Cancellation)).ConfigureAwait(false);
        }

        return Show(entry);
    }

    /// <summary>Lets a machine that stands still go on.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; Unavailable (QEMU).</exception>
    public async Task<VM> ResumeAsync(ResumeVM request, Call call)
    {
        const string Verb = "resume";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmStates.CheckResume(entry.Name, entry.State);
        return call.WhatIf ? Show(entry) : await GoOnAsync(Verb, entry, call).ConfigureAwait(false);
    }

    private async Task<VM> GoOnAsync(string verb, VmEntry entry, Call call)
    {
        // QEMU would let it run, and nothing would come of it.
        if (entry.Session is { HasPanicked: true })
        {
            throw new VirtException(ErrorCode.WrongState, "VMPanicked", $"Cannot {verb} VM '{entry.Name}': its guest's kernel has panicked; it must be turned off first.", entry.Name, $"Stop-VM -Name {entry.Name} -TurnOff");
        }

        await AskQemuAsync(verb, entry.Name, entry.Session, session => session.ContinueAsync(call.Cancellation)).ConfigureAwait(false);
        return Show(entry);
    }
}
