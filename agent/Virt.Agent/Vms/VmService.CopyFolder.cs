using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Tar;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Copy-VMFile, of a folder: small files through the standard output of tar(1) in the guest, many at once; large ones one by one.</summary>
public sealed partial class VmService
{
    // Names are arguments of a command, which a kernel limits to 128 KB each and 2 MB together.
    private const int NamesAtOnce = 200;

    private const int TarHeaderBytes = 512;

    private static async Task CopyFolderOutAsync(QgaClient guest, GuestCopy copy, int mode)
    {
        var top = GuestPath.NameOf(copy.Request.Path) is { Length: > 0 } name ? name : copy.Name;
        var files = await ListAsync(guest, copy).ConfigureAwait(false);
        copy.Size = files.Where(static file => file.Kind == FileKind.File).Sum(static file => file.SizeBytes);
        await copy.Call.SendItemAsync(FilePart.WireFormat, new FilePart { Kind = FileKind.Folder, Path = top, Mode = mode }).ConfigureAwait(false);
        var batch = new List<GuestFile>();
        var size = 0L;
        foreach (var file in files)
        {
            switch (file.Kind)
            {
                case FileKind.Folder:
                    await copy.Call.SendItemAsync(FilePart.WireFormat, PartOf(file, top)).ConfigureAwait(false);
                    break;
                case FileKind.File when file.SizeBytes > GuestArchive.SmallBytes:
                    await SendLargeAsync(guest, copy, file, top).ConfigureAwait(false);
                    break;
                case FileKind.File or FileKind.Link:
                    batch.Add(file);
                    size += file.SizeBytes + TarHeaderBytes;
                    break;
            }

            if (batch.Count == NamesAtOnce || size >= GuestArchive.FullBytes)
            {
                await SendBatchAsync(guest, copy, batch, top).ConfigureAwait(false);
                (batch, size) = ([], 0);
            }
        }

        await SendBatchAsync(guest, copy, batch, top).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<GuestFile>> ListAsync(QgaClient guest, GuestCopy copy)
    {
        var mark = Guid.NewGuid().ToString("N");
        var listed = await RunStepAsync(guest, copy, ["sh", "-c", GuestScripts.List, "sh", copy.Request.Path, mark]).ConfigureAwait(false);
        copy.Require(listed);
        if (listed.IsTruncated)
        {
            throw copy.Error(ErrorCode.ResourceExhausted, "TooManyFiles", $"'{copy.Request.Path}' has more files than a guest agent can name at once (16 MB of names)");
        }

        if (Encoding.UTF8.GetString(listed.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(static line => !IsGone(line)) is { } problem)
        {
            throw copy.Error(ErrorCode.Unavailable, "FileNotCopied", $"the guest cannot list '{copy.Request.Path}' ({VmErrors.Sentence(problem)})");
        }

        try
        {
            return GuestFile.Parse(listed.Output, mark);
        }
        catch (FormatException e)
        {
            throw copy.Error(ErrorCode.InvalidArgument, "FileNotCopied", $"of '{copy.Request.Path}' {e.Message}", inner: e);
        }
    }

    private static FilePart PartOf(GuestFile file, string top) =>
        new() { Kind = file.Kind!.Value, Path = $"{top}/{file.Path}", Mode = file.Mode & GuestFile.Permissions, ModifiedTime = file.ModifiedTime };

    private static async Task SendLargeAsync(QgaClient guest, GuestCopy copy, GuestFile file, string top)
    {
        var path = $"{copy.Request.Path.TrimEnd('/')}/{file.Path}";
        QgaFile opened;
        try
        {
            opened = await guest.OpenFileAsync(path, "r", copy.Request.AnswerTimeout, copy.Call.Cancellation).ConfigureAwait(false);
        }
        catch (QgaException e) when (IsGone(e.Description))
        {
            return; // it went meanwhile
        }

        await using (opened)
        {
            await SendFileAsync(opened, copy, path, PartOf(file, top) with { SizeBytes = await opened.MeasureAsync(copy.Call.Cancellation).ConfigureAwait(false) }).ConfigureAwait(false);
        }
    }

    private static async Task SendBatchAsync(QgaClient guest, GuestCopy copy, List<GuestFile> batch, string top)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var result = await RunStepAsync(guest, copy, ["sh", "-c", GuestScripts.Pack, "sh", copy.Request.Path, .. batch.Select(static file => "./" + file.Path)]).ConfigureAwait(false);
        var missing = batch.ToDictionary(static file => file.Path, StringComparer.Ordinal);
        try
        {
            foreach (var (path, entry, content) in GuestArchive.Read(result.Output))
            {
                if (missing.Remove(path, out var file))
                {
                    await SendEntryAsync(copy, PartOf(file, top), entry, content).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw copy.Error(ErrorCode.DataLoss, "FileChanged", $"what the guest's tar wrote of '{copy.Request.Path}' is no archive ({(result.IsTruncated ? "a file has grown meanwhile" : GuestCopy.Words(result.Error))})", inner: e);
        }

        // What went meanwhile is no failure, as it is none where it goes before it is listed.
        if (missing.Count > 0 && !(result.ExitCode is > 0 && IsGone(Encoding.UTF8.GetString(result.Error))))
        {
            throw copy.Error(ErrorCode.Unavailable, "FileNotCopied", $"the guest's tar left out '{missing.Keys.First()}' ({VmErrors.Sentence(GuestCopy.Words(result.Error))})");
        }
    }

    private static bool IsGone(string words) => words.Contains("No such file", StringComparison.Ordinal);

    private static async Task SendEntryAsync(GuestCopy copy, FilePart part, TarEntry entry, byte[] content)
    {
        if (entry.Kind == TarKind.Link)
        {
            await copy.Call.SendItemAsync(FilePart.WireFormat, part with { Kind = FileKind.Link, Target = Encoding.UTF8.GetString(entry.Target) }).ConfigureAwait(false);
            return;
        }

        if (entry.Kind != TarKind.File)
        {
            return; // it has become what is not copied
        }

        await copy.Call.SendItemAsync(FilePart.WireFormat, part with { Kind = FileKind.File, SizeBytes = content.Length }).ConfigureAwait(false);
        for (var at = 0; at < content.Length; at += GuestFileChunk)
        {
            await copy.Call.SendItemAsync(FilePart.WireFormat, new FilePart { Bytes = content[at..Math.Min(at + GuestFileChunk, content.Length)] }).ConfigureAwait(false);
        }

        copy.Note(content.Length);
    }

    private static Task CopyFolderIntoAsync(QgaClient guest, GuestCopy copy)
    {
        var request = copy.Request;
        return BesideAsync(guest, copy, GuestScripts.PrepareFolder, "-rf", async (place, target) =>
        {
            var archive = new GuestArchive();
            await using (var parts = FileParts.ReadAsync(copy.Call, cause => copy.Error(ErrorCode.InvalidArgument, "InvalidParts", cause)).GetAsyncEnumerator(copy.Call.Cancellation))
            {
                for (var isThere = await parts.MoveNextAsync().ConfigureAwait(false); isThere;)
                {
                    isThere = await TakePartAsync(guest, copy, parts, archive, place).ConfigureAwait(false);
                    if (archive.IsFull)
                    {
                        await UnpackAsync(guest, copy, archive, place).ConfigureAwait(false);
                    }
                }
            }

            if (copy.Done != request.SizeBytes)
            {
                throw copy.Error(ErrorCode.InvalidArgument, "FileChanged", FormattableString.Invariant($"'{request.FileName}' has changed while it was copied: {request.SizeBytes} bytes were to come, and {copy.Done} came"));
            }

            await UnpackAsync(guest, copy, archive, place).ConfigureAwait(false);
            copy.Require(await RunStepAsync(guest, copy, ["sh", "-c", GuestScripts.CommitFolder, "sh", place, target, Convert.ToString(request.Mode & GuestFile.Permissions, 8), Digit(request.Force)]).ConfigureAwait(false));
        });
    }

    // One file, folder or link, after which the next one is the present part.
    private static async Task<bool> TakePartAsync(QgaClient guest, GuestCopy copy, IAsyncEnumerator<FilePart> parts, GuestArchive archive, string place)
    {
        var part = parts.Current;
        var slash = part.Path.IndexOf('/', StringComparison.Ordinal);
        var path = slash < 0 ? "" : part.Path[(slash + 1)..];
        if (path.Length == 0 || part.Kind != FileKind.File)
        {
            // The folder itself is there already; its permissions come last.
            if (path.Length > 0 && part.Kind is FileKind.Folder or FileKind.Link)
            {
                archive.Add(part, path, []);
            }
            else if (part.Kind != FileKind.Folder)
            {
                throw copy.Error(ErrorCode.InvalidArgument, "InvalidParts", "bytes came without a file");
            }

            return await parts.MoveNextAsync().ConfigureAwait(false);
        }

        if (part.SizeBytes > GuestArchive.SmallBytes)
        {
            return await WriteLargeAsync(guest, copy, parts, archive, (place, path)).ConfigureAwait(false);
        }

        using var content = new MemoryStream();
        var isThere = await ReadFileAsync(copy, parts, bytes => content.WriteAsync(bytes)).ConfigureAwait(false);
        archive.Add(part, path, content.GetBuffer().AsSpan(0, (int)content.Length));
        copy.Note((int)content.Length);
        return isThere;
    }

    // Made empty by tar, which sets its permissions; then written as a file by itself is.
    private static async Task<bool> WriteLargeAsync(QgaClient guest, GuestCopy copy, IAsyncEnumerator<FilePart> parts, GuestArchive archive, (string Place, string Path) target)
    {
        var part = parts.Current;
        archive.Add(part, target.Path, []);
        await UnpackAsync(guest, copy, archive, target.Place).ConfigureAwait(false);
        var path = $"{target.Place}/{target.Path}";
        bool isThere;
        await using (var file = await guest.OpenFileAsync(path, "r+", copy.Request.AnswerTimeout, copy.Call.Cancellation).ConfigureAwait(false))
        {
            isThere = await ReadFileAsync(copy, parts, async bytes =>
            {
                await file.WriteAsync(bytes, copy.Call.Cancellation).ConfigureAwait(false);
                copy.Note(bytes.Length);
            }).ConfigureAwait(false);
            await file.CloseAsync(copy.Call.Cancellation).ConfigureAwait(false);
        }

        // A guest whose touch does not know this has the time of the copying.
        await RunStepAsync(guest, copy, ["touch", "-c", "-d", FormattableString.Invariant($"@{Math.Max(0, part.ModifiedTime.ToUnixTimeSeconds())}"), path]).ConfigureAwait(false);
        return isThere;
    }

    // The bytes of the present file, exactly as many as it was to have.
    private static async Task<bool> ReadFileAsync(GuestCopy copy, IAsyncEnumerator<FilePart> parts, Func<ReadOnlyMemory<byte>, ValueTask> write)
    {
        var part = parts.Current;
        var done = 0L;
        bool isThere;
        while ((isThere = await parts.MoveNextAsync().ConfigureAwait(false)) && parts.Current.Kind == FileKind.Data && done + parts.Current.Bytes.Length <= part.SizeBytes)
        {
            await write(parts.Current.Bytes).ConfigureAwait(false);
            done += parts.Current.Bytes.Length;
        }

        return done == part.SizeBytes && !(isThere && parts.Current.Kind == FileKind.Data)
            ? isThere
            : throw copy.Error(ErrorCode.InvalidArgument, "FileChanged", FormattableString.Invariant($"'{part.Path}' has changed while it was copied: {part.SizeBytes} bytes were to come"));
    }

    private static async Task UnpackAsync(QgaClient guest, GuestCopy copy, GuestArchive archive, string place)
    {
        if (!archive.IsEmpty)
        {
            copy.Require(await RunStepAsync(guest, copy, ["sh", "-c", GuestScripts.Unpack, "sh", place], archive.Take()).ConfigureAwait(false));
        }
    }
}
