using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Linux;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>How a machine's swtpm is started, found again and missed.</summary>
public sealed partial class VmService
{
    // Before its QEMU, which is given the other end of its one connection: whatever ends QEMU, or keeps it from being started, ends this too.
    private async Task<KeptProcess?> LaunchTpmAsync(VmEntry entry, QemuFiles files)
    {
        if (files.Tpm is null)
        {
            return null;
        }

        var program = CheckSwtpm("start", entry.Name);
        var (uid, gid) = UserNames.Find(QemuUser) ?? Nobody;
        var folder = FolderOf(entry).TpmFolder;
        try
        {
            // One that is about to end, of a start that the last agent did not come through.
            if ((await keeper.ListAsync().ConfigureAwait(false)).FirstOrDefault(process => process.Id == VmTpm.IdOf(entry.Id)) is { } last)
            {
                await VmTpm.EndAsync(last, EndTimeout).ConfigureAwait(false);
            }

            VmTpm.Prepare(folder, uid, gid);
            using var jail = QemuJail.MakeForTpm(program, folder);
            return await keeper.LaunchAsync(jail.Confine(new LaunchSpec
            {
                Id = VmTpm.IdOf(entry.Id),
                Programs = [program],
                Arguments = VmTpm.ArgumentsOf(entry.Id),
                UserId = uid,
                GroupId = gid,
                Descriptors = [files.Tpm],
                Limits = [new ResourceLimit(ResourceLimit.CoreSize, 0, 0)],
            })).ConfigureAwait(false);
        }
        catch (LaunchException e)
        {
            throw new VirtException(ErrorCode.Unavailable, "SwtpmLaunchFailed", $"Cannot start VM '{entry.Name}': {VmTpm.Program}, its virtual TPM, could not be launched ({VmErrors.Sentence(e.Message)}).", entry.Name, "Test-VirtHost", e);
        }
        catch (LinuxException e)
        {
            throw new VirtException(ErrorCode.Unavailable, "KeeperUnavailable", $"Cannot start VM '{entry.Name}': the keeper cannot be reached, or the state of its TPM ({VmErrors.Sentence(e.Message)}).", entry.Name, "Test-VirtHost", e);
        }
        catch (IOException e)
        {
            throw new VirtException(ErrorCode.Unavailable, "SwtpmLaunchFailed", $"Cannot start VM '{entry.Name}': the state of its virtual TPM cannot be reached ({VmErrors.Sentence(e.Message)}).", entry.Name, $"ls -l '{folder}'", e);
        }
    }

    // The one of its run: as the keeper knows it, or as it was written down.
    private static KeptProcess? FindTpm(VmEntry entry, IReadOnlyList<KeptProcess> kept) =>
        kept.FirstOrDefault(process => process.Id == VmTpm.IdOf(entry.Id)) ?? (entry.Run?.Tpm is { } run ? KeptProcess.Adopt(VmTpm.IdOf(entry.Id), run.ToIdentity()) : null);

    // Of a run whose QEMU is there no more.
    private static async Task EndLeftTpmAsync(VmEntry entry)
    {
        if (entry is { LeftTpm: { } left } && entry.Process?.Tpm != left)
        {
            await VmTpm.EndAsync(left, TimeSpan.Zero).ConfigureAwait(false);
            left.Dispose();
        }

        entry.LeftTpm = null;
    }

    // The guest goes on without: QEMU answers its commands with failures, and ends when it is reset.
    private async Task WatchTpmAsync(VmEntry entry, VmProcess process)
    {
        if (!entry.Spec.HasTpm)
        {
            return;
        }

        if (process.Tpm is { } tpm)
        {
            await tpm.Exited.ConfigureAwait(false);
        }

        // It may have ended with its QEMU, a moment before that.
        await Task.WhenAny(process.QemuEnded, Task.Delay(EndTimeout, time)).ConfigureAwait(false);
        if (isStopping || process.QemuEnded.IsCompleted)
        {
            return;
        }

        using var held = await locks.EnterAsync(entry.Id, CancellationToken.None).ConfigureAwait(false);
        if (entry.Process == process && entry.Phase == VMState.Running)
        {
            const string Status = "Its virtual TPM has ended: its guest has none until it is stopped and started.";
            AgentLog.Warning($"{VmTpm.Program} of VM '{entry.Name}' has ended, and its QEMU has not");
            entry.Set(table, entry.Phase, entry.Run! with { Status = Status });
            entry.Tell(VirtEventAction.Changed, Status);
        }
    }
}
