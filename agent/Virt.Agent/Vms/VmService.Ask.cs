using System;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>How QEMU is asked for one thing: what comes of it otherwise is an error in the words of the machine.</summary>
public sealed partial class VmService
{
    /// <exception cref="Virt.Protocol.VirtException">Unavailable: it does not answer. WrongState: it refused.</exception>
    private static async Task<T> AskQemuAsync<T>(string verb, string name, VmSession? session, Func<VmSession, Task<T>> ask)
    {
        try
        {
            return await ask(session ?? throw VmErrors.NoMonitor(verb, name)).ConfigureAwait(false);
        }
        catch (QmpException e)
        {
            throw VmErrors.Refused(verb, name, e);
        }
        catch (QmpClosedException e)
        {
            throw VmErrors.NoMonitor(verb, name, e);
        }
    }

    private static async Task AskQemuAsync(string verb, string name, VmSession? session, Func<VmSession, Task> ask) => await AskQemuAsync(verb, name, session, async asked =>
    {
        await ask(asked).ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false);
}
