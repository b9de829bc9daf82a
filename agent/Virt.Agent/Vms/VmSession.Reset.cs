using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms;

/// <content>What becomes of QEMU when its guest wants to begin anew.</content>
internal sealed partial class VmSession
{
    /// <summary>Lets QEMU end where the guest resets itself, as if it had powered off.</summary>
    public Task EndAtResetAsync(CancellationToken cancellation) => qmp.ExecuteAsync("set-action", static json => Text(json, ("reboot", "shutdown")), cancellation);
}
