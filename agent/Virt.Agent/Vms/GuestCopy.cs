using System;
using System.Text;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>A file or a folder on its way into a guest or out of it: how far it is, and what can go wrong with it in the words of the user.</summary>
/// <param name="name">The machine's name.</param>
/// <param name="request">What was asked for.</param>
/// <param name="call">Who asks.</param>
/// <param name="rate">How fast it goes.</param>
internal sealed class GuestCopy(string name, CopyVMFile request, Call call, TransferRate rate)
{
    private const double Megabyte = 1 << 20;

    /// <summary>The machine's name.</summary>
    public string Name => name;

    public CopyVMFile Request { get; } = request;

    public Call Call { get; } = call;

    /// <summary>Bytes in all; 0: not known.</summary>
    public long Size { get; set; }

    /// <summary>Bytes so far.</summary>
    public long Done { get; private set; }

    /// <summary>Tells that more bytes have gone.</summary>
    public void Note(int bytes)
    {
        Done += bytes;
        rate.Note(Done);
        Call.Report(
            Request.IsInto ? $"Copying '{Request.FileName}' into VM '{name}'" : $"Copying '{Request.Path}' out of VM '{name}'",
            Size > 0 ? FormattableString.Invariant($"{Done / Megabyte:0.#} of {Size / Megabyte:0.#} MB") : FormattableString.Invariant($"{Done / Megabyte:0.#} MB"),
            Size > 0 ? (int)Math.Min(100, Done * 100 / Size) : null,
            Size > 0 ? rate.TimeFor(Size - Done) : null,
            rate.BytesPerSecond);
    }

    /// <exception cref="VirtException">A step in the guest has failed.</exception>
    public void Require(QgaCommandResult result)
    {
        if (result.ExitCode == 0)
        {
            return;
        }

        var path = Request.Path;
        throw result.ExitCode switch
        {
            GuestScripts.NoFolder => Error(ErrorCode.NotFound, "FolderNotFound", $"the guest has no folder for '{path}'", $"Copy-VMFile {name} '{Request.FileName}' '{path}' -CreateFullPath"),
            GuestScripts.IsFolder => Error(ErrorCode.InvalidArgument, "IsFolder", $"'{path}' is a folder that has a folder '{Request.FileName}'", $"Invoke-VMCommand {name} -- ls -l '{path}'"),
            GuestScripts.Exists => Error(ErrorCode.AlreadyExists, "FileAlreadyExists", $"the guest has a file '{path}' already", $"Copy-VMFile {name} '{Request.FileName}' '{path}' -Force"),
            GuestScripts.IsShort => Error(ErrorCode.DataLoss, "FileNotCopied", $"the guest has another number of bytes than the {Request.SizeBytes} that were sent"),
            GuestScripts.NoFolderThere => Error(ErrorCode.AlreadyExists, "FileAlreadyExists", $"the guest has a file where the folder '{Request.FileName}' is to go"),
            GuestScripts.FolderExists => Error(ErrorCode.AlreadyExists, "FolderAlreadyExists", $"the guest has a folder '{Request.FileName}' for '{path}' already; with -Force what is copied goes into it", $"Copy-VMFile {name} '{Request.FileName}' '{path}' -Force"),
            GuestScripts.NoProgram => new VirtException(ErrorCode.NotSupported, "GuestProgramMissing", $"{Start}a folder takes find, stat and tar in the guest, and it has no '{FirstLine(result.Output)}'.", path, $"Get-VMGuest {name}"),
            GuestScripts.Clash => Error(ErrorCode.AlreadyExists, "FileAlreadyExists", $"of a file and a folder both are called '{FirstLine(result.Output)}', one here and one in the guest"),
            _ => Failed(Words(result.Error), null),
        };
    }

    /// <summary>The guest agent refused.</summary>
    public VirtException Refused(QgaException e) => e switch
    {
        { IsNotSupported: true } => new(
            ErrorCode.NotSupported, "GuestFileNotSupported", $"{Start}its guest agent may not '{e.Command}' ({VmErrors.Sentence(e.Description)}).", name, "Allow guest-exec and guest-file-* in the guest's /etc/qemu/qemu-ga.conf.", e),
        _ => Failed(e.Description, e),
    };

    /// <summary>An error about this copy.</summary>
    public VirtException Error(ErrorCode code, string id, string cause, string? action = null, Exception? inner = null) =>
        new(code, id, $"{Start}{cause}.", Request.Path, action ?? $"Invoke-VMCommand {name} -- ls -l '{Request.Path}'", inner);

    private string Start => $"Cannot copy files of VM '{name}': ";

    private VirtException Failed(string words, Exception? e) => words switch
    {
        _ when Request.IsInto && e is QgaException { Command: "guest-exec" } && words.Contains("No such file", StringComparison.Ordinal) =>
            new(ErrorCode.NotSupported, "GuestShellMissing", $"{Start}what goes into a guest is put in its place by its shell, and the guest has no 'sh'.", name, $"Get-VM -Name {name}", e),
        _ when words.Contains("No such file", StringComparison.Ordinal) => Error(ErrorCode.NotFound, "FileNotFound", $"the guest has no '{Request.Path}'", inner: e),
        _ when words.Contains("No space left", StringComparison.Ordinal) => Error(ErrorCode.ResourceExhausted, "DiskFull", "the guest's disk is full", $"Invoke-VMCommand {name} -- df", e),
        _ when words.Contains("Is a directory", StringComparison.Ordinal) => Error(ErrorCode.InvalidArgument, "IsFolder", $"'{Request.Path}' is a folder, which takes find, stat and tar in the guest", inner: e),
        _ => Error(ErrorCode.Unavailable, "FileNotCopied", $"the guest refused ({VmErrors.Sentence(words)})", inner: e),
    };

    /// <summary>What a command in the guest gave as the cause of its failure.</summary>
    public static string Words(byte[] error)
    {
        // GNU's tar names the cause first and says at its end only that there was one.
        var lines = Lines(error);
        return Array.Find(lines, static line => line.Contains("No space left", StringComparison.Ordinal)) ?? (lines.Length == 0 ? "without a word" : lines[^1]);
    }

    private static string FirstLine(byte[] text) => Lines(text) is [var first, ..] ? first : "";

    private static string[] Lines(byte[] text) => Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
