using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Copy-VMFile.</summary>
public sealed partial class VmService
{
    private const string CopyFileVerb = "copy files of";

    // qemu-ga holds a message whole, as base64.
    private const int GuestFileChunk = 256 << 10;

    // A guest says of such a file that it has no bytes; of one that never ends, too.
    private const int MostOfUnknownSize = 64 << 20;

    private static readonly TimeSpan TidyTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Copies a file or a folder out of a guest or into it, by its agent. What goes in is written beside, under another name, and moved into its place by the guest's shell once it is
    /// all there. Where this fails the agent closes and removes what it has made; in a guest that does not answer, as soon as it does.
    /// </summary>
    /// <exception cref="VirtException">
    /// NotFound (machine, file, folder); WrongState; InvalidArgument; AlreadyExists; ResourceExhausted (the guest's disk); Unavailable (no agent, or it has not answered in time);
    /// NotSupported (the agent may not, the guest has not what it takes); DataLoss (other bytes than were sent).
    /// </exception>
    public async Task<Nothing> CopyFileAsync(CopyVMFile request, Call call)
    {
        var entry = Find(CopyFileVerb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        GuestPath.Check(CopyFileVerb, entry.Name, request.Path, ofLinux: request.IsInto);
        VmStates.CheckInvoke(entry.Name, entry.State, CopyFileVerb);
        if (entry.Session is not { IsGuestAgentOpen: true } session)
        {
            throw VmErrors.NoGuestAgent(CopyFileVerb, entry.Name, "no guest agent listens in it yet");
        }

        var copy = new GuestCopy(entry.Name, request, call, new TransferRate(time));
        try
        {
            await (request switch
            {
                { IsInto: false } => CopyOutAsync(session.GuestAgent, copy),
                { IsFolder: true } => CopyFolderIntoAsync(session.GuestAgent, copy),
                _ => CopyIntoAsync(session.GuestAgent, copy),
            }).ConfigureAwait(false);
            return new Nothing();
        }
        catch (QgaException e)
        {
            throw copy.Refused(e);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            throw VmErrors.NoGuestAgent(CopyFileVerb, entry.Name, "its guest agent does not answer", e);
        }
    }

    private static async Task CopyOutAsync(QgaClient guest, GuestCopy copy)
    {
        var request = copy.Request;
        try
        {
            var mode = await ModeOfAsync(guest, copy).ConfigureAwait(false);
            if (GuestFile.KindOf(mode) == FileKind.Folder)
            {
                await CopyFolderOutAsync(guest, copy, mode & GuestFile.Permissions).ConfigureAwait(false);
                return;
            }

            await using var file = await guest.OpenFileAsync(request.Path, "r", request.AnswerTimeout, copy.Call.Cancellation).ConfigureAwait(false);
            copy.Size = await file.MeasureAsync(copy.Call.Cancellation).ConfigureAwait(false);
            await SendFileAsync(file, copy, request.Path, new FilePart { Kind = FileKind.File, Path = GuestPath.NameOf(request.Path), SizeBytes = copy.Size, Mode = mode & GuestFile.Permissions }).ConfigureAwait(false);
        }
        catch
        {
            await TidyAsync(guest, request.AnswerTimeout).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task SendFileAsync(QgaFile file, GuestCopy copy, string path, FilePart head)
    {
        var cancellation = copy.Call.Cancellation;
        await copy.Call.SendItemAsync(FilePart.WireFormat, head).ConfigureAwait(false);
        var (done, most) = (0L, head.SizeBytes > 0 ? head.SizeBytes : MostOfUnknownSize);
        byte[] bytes;
        while (done < most && (bytes = await file.ReadAsync((int)Math.Min(GuestFileChunk, most - done), cancellation).ConfigureAwait(false)).Length > 0)
        {
            await copy.Call.SendItemAsync(FilePart.WireFormat, new FilePart { Bytes = bytes }).ConfigureAwait(false);
            done += bytes.Length;
            copy.Note(bytes.Length);
        }

        if (done < head.SizeBytes)
        {
            throw copy.Error(ErrorCode.DataLoss, "FileChanged", FormattableString.Invariant($"'{path}' has become shorter while it was read: {done} of {head.SizeBytes} bytes have come"));
        }

        await file.CloseAsync(cancellation).ConfigureAwait(false);
    }

    // Nothing that the copy of a file hangs on: a guest may have no stat(1), or its agent may run nothing.
    private static async Task<int> ModeOfAsync(QgaClient guest, GuestCopy copy)
    {
        try
        {
            var result = await RunStepAsync(guest, copy, ["stat", "-L", "-c", "%f", copy.Request.Path]).ConfigureAwait(false);
            return result.ExitCode == 0 ? Convert.ToInt32(Encoding.ASCII.GetString(result.Output).Trim(), 16) & 0xFFFF : 0;
        }
        catch (Exception e) when (e is QgaException or FormatException or ArgumentException or OverflowException)
        {
            return 0;
        }
    }

    private static Task CopyIntoAsync(QgaClient guest, GuestCopy copy)
    {
        var request = copy.Request;
        return BesideAsync(guest, copy, GuestScripts.Prepare, "-f", async (place, target) =>
        {
            await WriteAllAsync(guest, copy, place).ConfigureAwait(false);
            copy.Require(await RunStepAsync(guest, copy, ["sh", "-c", GuestScripts.Commit, "sh", place, target, Convert.ToString(request.Mode & GuestFile.Permissions, 8), request.SizeBytes.ToString(CultureInfo.InvariantCulture), Digit(request.Force)]).ConfigureAwait(false));
        });
    }

    // Makes something beside the destination, lets it be written and put in its place; or removes it.
    private static async Task BesideAsync(QgaClient guest, GuestCopy copy, string prepare, string removal, Func<string, string, Task> write)
    {
        var request = copy.Request;
        copy.Size = request.SizeBytes;
        var beside = $".virt-copy-{Guid.NewGuid():N}";
        string? place = null;
        var isTidy = false;
        try
        {
            var prepared = await RunStepAsync(guest, copy, ["sh", "-c", prepare, "sh", request.Path, request.FileName, beside, Digit(request.Force), Digit(request.CreateFullPath)]).ConfigureAwait(false);
            copy.Require(prepared);
            var target = Encoding.UTF8.GetString(prepared.Output);
            place = GuestPath.Beside(target, beside) ?? throw QgaClient.NoAnswer("guest-exec");
            await write(place, target).ConfigureAwait(false);
            isTidy = true;
        }
        finally
        {
            if (!isTidy)
            {
                // Where the guest has not even said which of both it is.
                guest.OweRun(["rm", removal, .. place is null ? [request.Path.TrimEnd('/') + "/" + beside, GuestPath.Beside(request.Path, beside)!] : new[] { place }]);
                await TidyAsync(guest, request.AnswerTimeout).ConfigureAwait(false);
            }
        }
    }

    private static string Digit(bool value) => value ? "1" : "0";

    private static async Task WriteAllAsync(QgaClient guest, GuestCopy copy, string place)
    {
        var (request, cancellation) = (copy.Request, copy.Call.Cancellation);
        await using var file = await guest.OpenFileAsync(place, "r+", request.AnswerTimeout, cancellation).ConfigureAwait(false);
        ReadOnlyMemory<byte> bytes;
        while ((bytes = await copy.Call.ReadInputAsync(cancellation).ConfigureAwait(false)).Length > 0)
        {
            if (copy.Done + bytes.Length > request.SizeBytes)
            {
                break;
            }

            for (var at = 0; at < bytes.Length; at += GuestFileChunk)
            {
                var part = bytes.Slice(at, Math.Min(GuestFileChunk, bytes.Length - at));
                await file.WriteAsync(part, cancellation).ConfigureAwait(false);
                copy.Note(part.Length);
            }
        }

        if (bytes.Length > 0 || copy.Done != request.SizeBytes)
        {
            throw copy.Error(ErrorCode.InvalidArgument, "FileChanged", FormattableString.Invariant($"'{request.FileName}' has changed while it was copied: {request.SizeBytes} bytes were to come, and {(bytes.Length > 0 ? "more" : "only " + copy.Done)} came"));
        }

        await file.CloseAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<QgaCommandResult> RunStepAsync(QgaClient guest, GuestCopy copy, IReadOnlyList<string> command, byte[]? input = null)
    {
        using var limit = new CancellationTokenSource(copy.Request.AnswerTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, copy.Call.Cancellation);
        try
        {
            // A program that was started must be waited for or killed; a guest that is silent before is no such case.
            await guest.PingAsync(copy.Request.AnswerTimeout, copy.Call.Cancellation).ConfigureAwait(false);
            return await guest.RunAsync(command, new Dictionary<string, string>(StringComparer.Ordinal), input, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!copy.Call.Cancellation.IsCancellationRequested)
        {
            throw new TimeoutException("The guest did not come to an end with it.", e);
        }
    }

    // Says what is owed, if the guest is there to hear it; else it hears it later.
    private static async Task TidyAsync(QgaClient guest, TimeSpan answerTimeout)
    {
        try
        {
            await guest.PingAsync(answerTimeout < TidyTimeout ? answerTimeout : TidyTimeout, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QgaException or TimeoutException or IOException)
        {
            // The error that led here tells it.
        }
    }
}
