using System.Threading.Tasks;
using Virt.Agent.Common;

namespace Virt.Agent.Vms;

/// <summary>Guests that are in no table and of which nobody is told: they come up for one thing, and are gone after it.</summary>
public sealed partial class VmService
{
    // By the name of the machine that it comes up for. It stands still before its first instruction. What is begun is ended by the caller's rollback, whichever way that goes.
    private async Task<(VmProcess Process, VmSession Session)> LaunchHiddenAsync(string name, VmEntry guest, string launched, Rollback after, Call call, QemuBoot? boot = null)
    {
        var folder = FolderOf(guest);
        var plan = PlanStart(guest, boot: boot);
        after.Add("take it off its network", () => Disconnect(guest));
        PrepareNetwork(guest);
        using var files = QemuFiles.Open(name, folder, plan, adapter => ConnectNetwork(guest, adapter));
        var stream = VmSession.Open(folder.QmpSocket);
        after.Add("close the monitor", stream.DisposeAsync);
        var (process, confined) = await LaunchQemuAsync(guest, plan, files).ConfigureAwait(false);
        after.Add("end QEMU", () => EndNowAsync(process));
        after.Add("wait for its control group", () => SettledAsync(confined));
        files.Dispose();
        await FaultPoint.ReachAsync(launched, call.Cancellation).ConfigureAwait(false);
        var session = await ConnectAsync(guest, process, stream, call.Cancellation).ConfigureAwait(false);
        after.Add("close the session", session.DisposeAsync);
        await confined.ConfigureAwait(false);
        return (process, session);
    }
}
