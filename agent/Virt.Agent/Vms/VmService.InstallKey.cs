using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Install;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>
/// "Press any key to boot from CD or DVD": Windows' media ask that for five seconds, and the firmware goes on to a disk that is empty where nobody answers. Nobody says when they ask, so that the space bar
/// is pressed until they have been heard to load their system. Source: Microsoft, cdboot and efisys.bin of the Windows ADK (whose other form, efisys_noprompt.bin, does not ask).
/// </summary>
public sealed partial class VmService
{
    private static readonly string[] AnyKey = ["spc"];
    private static readonly TimeSpan AnyKeyPause = TimeSpan.FromMilliseconds(500);

    // An emulated UEFI takes a minute until it has found the DVD.
    private static readonly TimeSpan AnyKeyLimit = TimeSpan.FromMinutes(3);

    // What asks is smaller, and what it loads then (boot.wim) many times that.
    private const long LoadedBytes = 32L << 20;

    // Until it was heard, the limit has passed or QEMU is gone; it ends with the token at the latest.
    private async Task PressAnyKeyAsync(AnswerKind answer, VmSession session, CancellationToken cancellation)
    {
        if (answer != AnswerKind.Windows)
        {
            return;
        }

        try
        {
            for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < AnyKeyLimit && (await session.ReadDiskTrafficAsync(cancellation).ConfigureAwait(false)).ReadBytes < LoadedBytes;)
            {
                await session.SendKeysAsync(AnyKey, KeyHold, cancellation).ConfigureAwait(false);
                await Task.Delay(AnyKeyPause, time, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is QmpException or QmpClosedException or OperationCanceledException)
        {
            // Whoever waits for the installer's end says what has become of it.
        }
    }
}
