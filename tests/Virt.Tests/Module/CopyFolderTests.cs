using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>Folders that Copy-VMFile takes from this machine and writes to it; the guest may be hostile.</summary>
public sealed class CopyFolderTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01");
    private readonly Shell shell;
    private readonly string folder = Directory.CreateTempSubdirectory("virt-copy-").FullName;

    public CopyFolderTests() => shell = new Shell(agent);

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_folder_that_comes_out_is_what_it_was_in_the_guest()
    {
        Comes(
            Folder("d", 0x1ED), Folder("d/empty", 0x1C0), Folder("d/closed", 0x16D), File("d/closed/ü x", 0x1A0, "bytes"u8.ToArray()), Link("d/link", "closed/ü x"), Link("d/nowhere", "/no/such"), Folder("d/-n\nl", 0x1ED), File("d/zero", 0x9ED, []));
        shell.Run($"Copy-VMFile web01 -FromVM /srv/d '{folder}/new'");
        Assert.Empty(shell.Errors);
        Assert.Equal("bytes", System.IO.File.ReadAllText($"{folder}/new/link"));
        Assert.Equal("/no/such", new FileInfo($"{folder}/new/nowhere").LinkTarget);
        Assert.Equal(["-n\nl", "closed", "empty"], Directory.GetDirectories($"{folder}/new").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal((0x16D, 0x1A0, 0x1ED, 0x1C0), (ModeOf("new/closed"), ModeOf("new/closed/ü x"), ModeOf("new/zero"), ModeOf("new/empty")));
        Assert.Equal(new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc), System.IO.File.GetLastWriteTimeUtc($"{folder}/new/closed/ü x"));

        // Into a folder that is there, under its own name; a second time only with -Force.
        shell.Run($"Copy-VMFile web01 -FromVM /srv/d '{folder}'; Copy-VMFile web01 -FromVM /srv/d '{folder}'");
        Assert.StartsWith("FolderAlreadyExists,", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        System.IO.File.WriteAllText($"{folder}/d/zero", "old");
        System.IO.File.WriteAllText($"{folder}/d/mine", "mine");
        shell.Run($"Copy-VMFile web01 -FromVM /srv/d '{folder}' -Force");
        Assert.Empty(shell.Errors);
        Assert.Equal(("", "mine", "bytes"), (System.IO.File.ReadAllText($"{folder}/d/zero"), System.IO.File.ReadAllText($"{folder}/d/mine"), System.IO.File.ReadAllText($"{folder}/d/closed/ü x")));
        Assert.Equal(["d", "new"], Names());
    }

    [Theory]
    [InlineData("d/../../x")]
    [InlineData("../x")]
    [InlineData("d//x")]
    [InlineData("/x")]
    [InlineData("e/x")]
    [InlineData("x")]
    [InlineData("d/.")]
    [InlineData("d/there")]
    public void A_guest_makes_no_file_outside_of_the_folder_and_what_came_before_goes_again(string path)
    {
        Comes(Folder("d", 0x1ED), File("d/there", 0x1A4, "y"u8.ToArray()), File(path, 0x1A4, "x"u8.ToArray()));
        shell.Run($"Copy-VMFile web01 -FromVM /srv/d '{folder}/sub/' -CreateFullPath");
        Assert.StartsWith("FileNotCopied,", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(["sub"], Names());
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{folder}/sub"));
    }

    [Fact]
    public void No_link_leads_a_file_elsewhere_neither_at_once_nor_from_an_earlier_copy()
    {
        var outside = Directory.CreateDirectory($"{folder}/outside").FullName;
        Comes(Folder("d", 0x1ED), Link("d/out", outside), File("d/out/x", 0x1A4, "x"u8.ToArray()));
        shell.Run($"Copy-VMFile web01 -FromVM /srv/d '{folder}'");
        Assert.StartsWith("FileNotCopied,", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Comes(Folder("d", 0x1ED), Link("d/out", outside), Link("d/file", $"{outside}/y"));
        shell.Run($"Copy-VMFile web01 -FromVM /srv/d '{folder}'");
        Assert.Empty(shell.Errors);
        Comes(Folder("d", 0x1ED), Folder("d/out", 0x1ED), File("d/out/x", 0x1A4, "x"u8.ToArray()), File("d/file", 0x1A4, "z"u8.ToArray()));
        shell.Run($"Copy-VMFile web01 -FromVM /srv/d '{folder}' -Force");
        Assert.Contains("is a link", Assert.Single(shell.Errors).Exception.Message, StringComparison.Ordinal);
        Comes(Folder("d", 0x1ED), File("d/file", 0x1A4, "z"u8.ToArray()));
        shell.Run($"Copy-VMFile web01 -FromVM /srv/d '{folder}' -Force");
        Assert.Empty(shell.Errors);
        Assert.Equal(("z", null), (System.IO.File.ReadAllText($"{folder}/d/file"), new FileInfo($"{folder}/d/file").LinkTarget));
        Comes(Folder("out", 0x1ED), File("out/x", 0x1A4, "x"u8.ToArray()));
        shell.Run($"Copy-VMFile web01 -FromVM /srv/out '{folder}/d' -Force");
        Assert.Contains("is a link", Assert.Single(shell.Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    [Fact]
    public void What_fails_in_the_middle_leaves_nothing()
    {
        agent.On(Methods.CopyVMFile, (_, call) =>
        {
            call.Item(FilePart.WireFormat, Folder("d", 0x1ED)[0]);
            call.Item(FilePart.WireFormat, new FilePart { Kind = FileKind.File, Path = "d/x", Mode = 0x1A4, SizeBytes = 2 });
            throw new VirtException(ErrorCode.Unavailable, "GuestAgentSilent", "Cannot copy files of VM 'web01': its guest agent does not answer.");
        });
        shell.Run($"Copy-VMFile web01 -FromVM /srv/d '{folder}'");
        Assert.StartsWith("GuestAgentSilent,", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(Names());
    }

    [Fact]
    public void A_folder_goes_in_with_links_and_permissions_and_says_before_how_much_it_is()
    {
        var source = Directory.CreateDirectory($"{folder}/d").FullName;
        Directory.CreateDirectory($"{source}/empty");
        System.IO.File.WriteAllBytes($"{source}/ü x", new byte[300_000]);
        System.IO.File.SetUnixFileMode($"{source}/ü x", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        System.IO.File.CreateSymbolicLink($"{source}/link", "/etc");
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint($"{source}/s"));
        byte[] sent = [];
        agent.On(Methods.CopyVMFile, (_, call) =>
        {
            sent = call.ReadStdin();
            return new Nothing();
        });
        shell.Run($"Copy-VMFile web01 '{source}/' /srv -Force -WarningVariable said -WarningAction SilentlyContinue");
        Assert.Empty(shell.Errors);
        Assert.Equal("VM 'web01': what is no file, folder or link was not copied: 'd/s' (socket).", shell.Run("$said")[0].ToString());
        var request = (CopyVMFile)Assert.Single(agent.CallsOf(Methods.CopyVMFile)).Request;
        Assert.Equal((true, true, "d", 300_000L, ModeOf("d"), true), (request.IsInto, request.IsFolder, request.FileName, request.SizeBytes, request.Mode, request.Force));
        var parts = Parts(sent);
        Assert.Equal((FileKind.Folder, "d"), (parts[0].Kind, parts[0].Path));
        Assert.Equal(["d/empty", "d/link", "d/ü x"], parts.Skip(1).Where(static part => part.Kind != FileKind.Data).Select(static part => part.Path).Order(StringComparer.Ordinal));
        Assert.Equal("/etc", parts.Single(static part => part.Kind == FileKind.Link).Target);
        Assert.Equal((0x140, 300_000L), parts.Where(static part => part.Kind == FileKind.File).Select(static part => (part.Mode, part.SizeBytes)).Single());
        Assert.Equal(300_000, parts.Sum(static part => part.Bytes.Length));
    }

    private static FilePart[] Folder(string path, int mode) => [new() { Kind = FileKind.Folder, Path = path, Mode = mode }];

    private static FilePart[] Link(string path, string target) => [new() { Kind = FileKind.Link, Path = path, Target = target }];

    private static FilePart[] File(string path, int mode, byte[] bytes) =>
        [new() { Kind = FileKind.File, Path = path, Mode = mode, SizeBytes = bytes.Length, ModifiedTime = new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.Zero) }, new() { Bytes = bytes }];

    private static List<FilePart> Parts(byte[] sent)
    {
        var parts = new List<FilePart>();
        for (var at = 0; at < sent.Length;)
        {
            var length = BitConverter.ToInt32(sent, at);
            parts.Add(FilePart.WireFormat.Decode(sent.AsSpan(at + 4, length).ToArray()));
            at += 4 + length;
        }

        return parts;
    }

    private void Comes(params FilePart[][] parts) => agent.On(Methods.CopyVMFile, (_, call) =>
    {
        foreach (var part in parts.SelectMany(static one => one))
        {
            call.Item(FilePart.WireFormat, part);
        }

        return new Nothing();
    });

    private int ModeOf(string path) => (int)System.IO.File.GetUnixFileMode($"{folder}/{path}");

    private IEnumerable<string?> Names() => Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
