using System;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Files;

namespace Virt.Agent.Storage.Vhds;

/// <content>How a new file comes to its place: whole, or not at all.</content>
public sealed partial class VhdService
{
    // Under the holds of all files that are named.
    private async Task MakeAsync(string verb, string subject, VhdSpec spec, FileIdentity? like, VhdProgress progress, Call call, Func<QemuImg, string, Task> fill)
    {
        // In a folder of its own, since some formats keep their own file's name in themselves.
        var id = Guid.NewGuid();
        var folder = Path.Combine(Path.GetDirectoryName(spec.Path)!, $".virt-{id:n}");
        var file = Path.Combine(folder, Path.GetFileName(spec.Path));
        var row = NewRow(id, VhdPhase.Making, spec with { Folder = folder });
        table.TryInsert(row);
        try
        {
            await using var rollback = new Rollback();
            rollback.Add($"remove what there is of '{spec.Path}'", () => Forget(id, folder));
            await FaultPoint.ReachAsync(VhdFaults.Written, call.Cancellation).ConfigureAwait(false);
            Directory.CreateDirectory(folder, Private);
            await fill(Tools(id, progress.Read), file).ConfigureAwait(false);
            if (like is not null)
            {
                File.SetUnixFileMode(file, (UnixFileMode)(like.Mode & 0xFFF));
                FileOwner.Set(file, like.UserId, like.GroupId);
            }

            await Task.Run(() => Sync(file)).ConfigureAwait(false);
            await FaultPoint.ReachAsync(VhdFaults.Made, call.Cancellation).ConfigureAwait(false);
            table.Update(row with { Phase = VhdPhase.Placing.ToString() });
            await FaultPoint.ReachAsync(VhdFaults.Placing, call.Cancellation).ConfigureAwait(false);
            File.Move(file, spec.Path, overwrite: spec.IsReplacing);
            rollback.Commit();
        }
        catch (DiskException e)
        {
            // The file has its place's name for the user.
            throw VhdErrors.From(verb, subject, e.Path == file ? new DiskException(e.Problem, spec.Path, e.Detail.Replace(file, spec.Path, StringComparison.Ordinal)) : e);
        }
        catch (IOException e)
        {
            throw VhdErrors.From(verb, subject, new DiskException(DiskFull.Is(e) ? DiskProblem.NoSpace : Path.Exists(spec.Path) && !spec.IsReplacing ? DiskProblem.Exists : DiskProblem.Other, spec.Path, e.Message));
        }

        TrySyncFolder(spec.Path);
        await FaultPoint.ReachAsync(VhdFaults.Placed).ConfigureAwait(false);
        Finish(id, spec with { Folder = folder });
    }

    // Some formats are written by qemu-img as files of the whole length without the blocks that are to be there.
    private static async Task FillAsync(Task making, string file, VHDType type)
    {
        await making.ConfigureAwait(false);
        if (type != VHDType.Fixed)
        {
            return;
        }

        try
        {
            FileHandles.Reserve(file, new FileInfo(file).Length);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOSPC)
        {
            throw new DiskException(DiskProblem.NoSpace, file, e.Message);
        }
        catch (LinuxException e) when (e.Errno == Errno.EOPNOTSUPP)
        {
            throw new DiskException(DiskProblem.Other, file, "its file system keeps no blocks ahead, so that nothing there can be of fixed size");
        }
    }

    // The new file is in its place.
    private void Finish(Guid id, VhdSpec spec)
    {
        foreach (var old in spec.Delete)
        {
            File.Delete(old);
            DiskLeaseFile.Remove(old);
            TrySyncFolder(old);
        }

        Forget(id, spec.Folder);
    }

    private void Forget(Guid id, string? folder)
    {
        if (folder is not null)
        {
            FileTree.Delete(folder);
        }

        table.Delete(id);
    }

    private static VhdSpec SpecOf(State.ResourceRow row) => JsonSerializer.Deserialize(row.Spec, VhdJson.Default.VhdSpec)!;
}
