using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;

namespace Virt.Agent.Vms;

/// <summary>The guest's file systems at rest, and that they never stay so.</summary>
internal sealed partial class VmSession
{
    private static readonly TimeSpan FreezeTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ThawPause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource leaving = new();

    /// <summary>Does something while the guest's file systems stand still; whatever happens, they go on afterwards, at the latest when the guest agent answers again.</summary>
    /// <returns>False where they have gone on before they were told to.</returns>
    /// <exception cref="QgaException">The guest agent refused.</exception>
    /// <exception cref="TimeoutException">It did not answer.</exception>
    /// <exception cref="IOException">QEMU is gone.</exception>
    public async Task<bool> WhileFrozenAsync(Func<Task> act, CancellationToken cancellation)
    {
        try
        {
            var (frozen, thawed) = await GuestAgent.WhileFrozenAsync(FreezeTimeout, act, cancellation).ConfigureAwait(false);
            if (thawed is null)
            {
                ThawLater();
            }

            return thawed is not 0 || frozen == 0;
        }
        catch
        {
            ThawLater();
            throw;
        }
    }

    /// <summary>Lets the guest's file systems go on, before it hears anything else from us; tried until its agent has answered, or QEMU has ended.</summary>
    public void ThawLater()
    {
        GuestAgent.Owe("guest-fsfreeze-thaw", static _ => { });
        _ = Task.Run(async () =>
        {
            try
            {
                while (!await TryThawAsync(leaving.Token).ConfigureAwait(false))
                {
                    await Task.Delay(ThawPause, time, leaving.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
                // QEMU has ended; or the agent ends, and the next one thaws.
            }
        });
    }

    private async Task<bool> TryThawAsync(CancellationToken cancellation)
    {
        try
        {
            await GuestAgent.ThawAsync(FreezeTimeout, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (QgaException e) when (e.IsNotSupported)
        {
            return true;
        }
        catch (Exception e) when (e is QgaException or TimeoutException or IOException)
        {
            if (e is IOException)
            {
                await CloseGuestAgentAsync().ConfigureAwait(false);
            }

            if (Closed.IsCompleted)
            {
                return true;
            }

            AgentLog.Warning($"A guest's file systems may stand still: {e.Message}");
            return false;
        }
    }
}
