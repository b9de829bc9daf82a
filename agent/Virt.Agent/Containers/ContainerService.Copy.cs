using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Mounts;
using Virt.Linux.Namespaces;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>Copies files out of a container, running or not, or into it. What is in it leads nowhere out of it.</summary>
    /// <exception cref="VirtException">NotFound (also of the path); InvalidArgument; ResourceExhausted where the disk is full.</exception>
    public async Task<Nothing> CopyFileAsync(CopyContainerFile request, Call call)
    {
        var entry = Find("copy files of", request.Id, request.Name);
        call.WorksOn(entry.Name);
        if (!NewContainerCheck.IsPlainPath(request.Path))
        {
            throw CopyError(entry, ErrorCode.InvalidArgument, "InvalidPath", $"'{request.Path}' is not an absolute path without '..'");
        }

        using var held = ContainerStates.IsAlive(entry.State) ? null : await LockAsync("copy files of", entry, call).ConfigureAwait(false);
        using var root = await OpenRootAsync(entry).ConfigureAwait(false);
        try
        {
            var files = new InsideRoot(root, entry.Spec.HostIds);
            await (request.IsInto ? CopyIntoAsync(entry, files, request.Path, call) : CopyOutAsync(entry, files, request.Path, call)).ConfigureAwait(false);
            return new Nothing();
        }
        catch (Exception e) when (LaunchError.IsFull(e))
        {
            throw CopyError(entry, ErrorCode.ResourceExhausted, "DiskFull", $"there is no space left ({e.Message.TrimEnd('.')})");
        }
        catch (LinuxException e) when (CauseOf(e, request.IsInto) is { } cause)
        {
            throw CopyError(entry, e.Errno == Errno.ENOENT ? ErrorCode.NotFound : ErrorCode.InvalidArgument, e.Errno == Errno.ENOENT ? (request.IsInto ? "FolderNotFound" : "FileNotFound") : "FileNotCopied", cause);
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            throw CopyError(entry, ErrorCode.InvalidArgument, "FileNotCopied", e.Message.TrimEnd('.'));
        }
    }

    // In words of files and not of calls. What is looked up is a name in a folder, so that what is missing is the folder.
    private static string? CauseOf(LinuxException e, bool isInto) => (e.Errno, e.About) switch
    {
        (Errno.ENOENT or Errno.ENOTDIR, { } path) when !isInto => $"it has no '{path}' any more",
        (Errno.ENOENT or Errno.ENOTDIR, { } path) => $"it has no folder '{ParentOf(path)}'",
        (Errno.EISDIR, { } path) => $"'{path}' is a folder, and what is copied is none",
        (Errno.EEXIST, { } path) => $"'{path}' is there, and is no folder",
        (Errno.EROFS, { } path) => $"nothing can be written at '{path}', which can only be read",
        (Errno.ELOOP, { } path) => $"links lead from '{path}' in a circle, or too far",
        (Errno.EACCES or Errno.EPERM, { } path) => $"it lets nobody come to '{path}'",
        (Errno.EINVAL, { } path) => $"'{path}' is no file",
        _ => null,
    };

    private static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";

    private static VirtException CopyError(ContainerEntry entry, ErrorCode code, string id, string cause) =>
        new(code, id, $"Cannot copy files of container '{entry.Name}': {cause}.", entry.Name, $"Copy-ContainerFile {entry.Name} /etc/hosts ./hosts -FromContainer");

    // That of its first process; of one that does not run, the same files mounted for us alone.
    private async Task<SafeFileHandle> OpenRootAsync(ContainerEntry entry)
    {
        if (entry.Process is { } process)
        {
            return FileHandles.OpenRoot(process.ProcessId);
        }

        var folder = FolderOf(entry);
        folder.Prepare();
        var spec = entry.Spec;
        await LabelFilesAsync(spec, folder).ConfigureAwait(false);
        using var users = spec.HostIds == 0 ? null : await userNamespaces.OpenAsync(spec.HostIds).ConfigureAwait(false);
        return DetachedMount.Overlay(
            LowersOf(spec), folder.Upper, folder.Work, MountAttributes.NoDevices, plain: false, users is null ? null : new UserMap(users, spec.HostIds), LabelOf(spec)?.File);
    }

    private static async Task CopyOutAsync(ContainerEntry entry, InsideRoot files, string path, Call call)
    {
        var trimmed = path.TrimEnd('/');
        var place = trimmed.Length == 0 ? "/" : trimmed;
        var name = trimmed.Length == 0 ? entry.Name : trimmed[(trimmed.LastIndexOf('/') + 1)..];
        if (files.Look(place, followLast: true) is not { } first)
        {
            throw CopyError(entry, ErrorCode.NotFound, "FileNotFound", $"it has no '{path}'");
        }

        if (!InsideRoot.IsFolder(first.Mode) && !InsideRoot.IsFile(first.Mode))
        {
            throw CopyError(entry, ErrorCode.InvalidArgument, "FileNotCopied", $"'{path}' is a {InsideRoot.SpecialName(first.Mode)}; files, folders and links are copied");
        }

        var waiting = new Stack<(string Place, string Name, bool IsTop)>([(place, name, true)]);
        while (waiting.TryPop(out var next))
        {
            call.Cancellation.ThrowIfCancellationRequested();
            if (files.Look(next.Place, followLast: next.IsTop) is not { } found)
            {
                continue; // it went meanwhile
            }

            var part = new FilePart { Path = next.Name, Mode = (int)(found.Mode & 0xFFF), ModifiedTime = DateTimeOffset.UnixEpoch.AddTicks(found.ModifiedNanoseconds / 100) };
            if (InsideRoot.IsFolder(found.Mode))
            {
                await call.SendItemAsync(FilePart.WireFormat, part with { Kind = FileKind.Folder }).ConfigureAwait(false);
                foreach (var child in files.List(next.Place).OrderDescending(StringComparer.Ordinal))
                {
                    waiting.Push(($"{next.Place.TrimEnd('/')}/{child}", $"{next.Name}/{child}", false));
                }
            }
            else if (InsideRoot.IsLink(found.Mode))
            {
                await call.SendItemAsync(FilePart.WireFormat, part with { Kind = FileKind.Link, Target = files.ReadLink(next.Place) }).ConfigureAwait(false);
            }
            else if (InsideRoot.IsFile(found.Mode))
            {
                await SendFileAsync(files, next.Place, part with { Kind = FileKind.File }, call).ConfigureAwait(false);
            }
            else
            {
                await call.SendItemAsync(FilePart.WireFormat, part with { Kind = FileKind.LeftOut, Target = InsideRoot.SpecialName(found.Mode) }).ConfigureAwait(false);
            }
        }
    }

    private static async Task SendFileAsync(InsideRoot files, string place, FilePart part, Call call)
    {
        await using var file = files.Read(place);
        await call.SendItemAsync(FilePart.WireFormat, part).ConfigureAwait(false);
        var buffer = new byte[FileParts.Chunk];
        int count;
        while ((count = await file.ReadAsync(buffer, call.Cancellation).ConfigureAwait(false)) > 0)
        {
            await call.SendItemAsync(FilePart.WireFormat, new FilePart { Bytes = buffer[..count] }).ConfigureAwait(false);
        }
    }

    private static async Task CopyIntoAsync(ContainerEntry entry, InsideRoot files, string path, Call call)
    {
        var target = path.TrimEnd('/');
        var into = files.Look(target.Length == 0 ? "/" : target, followLast: true) is { } found && InsideRoot.IsFolder(found.Mode);
        FileStream? file = null;
        try
        {
            await foreach (var part in FileParts.ReadAsync(call, cause => CopyError(entry, ErrorCode.InvalidArgument, "InvalidParts", cause)).ConfigureAwait(false))
            {
                if (part.Kind == FileKind.Data)
                {
                    await (file ?? throw CopyError(entry, ErrorCode.InvalidArgument, "InvalidParts", "bytes came without a file")).WriteAsync(part.Bytes, call.Cancellation).ConfigureAwait(false);
                    continue;
                }

                if (file is not null)
                {
                    await file.DisposeAsync().ConfigureAwait(false);
                    file = null;
                }

                if (!into && path.EndsWith('/') && part.Kind == FileKind.File && !part.Path.Contains('/'))
                {
                    throw CopyError(entry, ErrorCode.NotFound, "FolderNotFound", $"it has no folder '{path}'");
                }

                // Into a folder under its own name, else as what was named.
                var slash = part.Path.IndexOf('/');
                var place = into ? $"{target}/{part.Path}" : slash < 0 ? target : target + part.Path[slash..];
                file = Make(files, place, part);
            }
        }
        finally
        {
            if (file is not null)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static FileStream? Make(InsideRoot files, string place, FilePart part)
    {
        switch (part.Kind)
        {
            case FileKind.Folder:
                files.MakeFolder(place, (uint)part.Mode);
                return null;
            case FileKind.Link:
                files.MakeLink(place, part.Target);
                return null;
            default:
                return files.Write(place, (uint)part.Mode);
        }
    }
}
