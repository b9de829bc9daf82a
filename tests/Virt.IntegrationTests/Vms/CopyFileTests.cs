using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Files into a guest and out of it: whole or not there, and nothing of ours left in it.</summary>
public sealed class CopyFileTests
{
    // Files that the guest agent has open, and what a copy writes beside.
    private const string Leftovers = "find / -xdev -name '.virt-copy-*'; ls -l /proc/$(pidof qemu-ga)/fd | grep -e virt-copy -e /root/ || true";

    [Fact]
    public async Task What_goes_in_comes_out_again_and_what_cannot_leaves_nothing()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        var bytes = new byte[3_000_001];
        new Random(5).NextBytes(bytes);
        var progress = Into(host, bytes, new CopyVMFile { Path = "/root/big", Mode = 0x1E8 });
        Assert.Equal(100, progress.PercentComplete);
        Assert.Contains("2.9 of 2.9 MB", progress.Status);
        Assert.Equal("750 3000001", host.Run("web01", "stat -c '%a %s' /root/big"));
        var (back, first) = Out(host, "/root/big");
        Assert.Equal(bytes, back);
        Assert.Equal((3_000_001L, 0x1E8), (first.SizeBytes, first.Mode));

        // A folder is copied into; an empty file is one too; nobody else can read what is on its way.
        Into(host, [], new CopyVMFile { Path = "/root", FileName = "empty" });
        Assert.Equal("644 0", host.Run("web01", "stat -c '%a %s' /root/empty"));
        Assert.Empty(Out(host, "/root/empty").Bytes);
        Assert.StartsWith("cpu", System.Text.Encoding.ASCII.GetString(Out(host, "/proc/stat").Bytes));

        Assert.Equal((ErrorCode.AlreadyExists, "FileAlreadyExists"), Refusal(() => Into(host, [1], new CopyVMFile { Path = "/root/big" })));
        Assert.Equal((ErrorCode.NotFound, "FolderNotFound"), Refusal(() => Into(host, [1], new CopyVMFile { Path = "/root/a/b/f" })));
        Assert.Equal((ErrorCode.NotFound, "FolderNotFound"), Refusal(() => Into(host, [1], new CopyVMFile { Path = "/root/new/" })));
        Assert.Equal((ErrorCode.InvalidArgument, "InvalidPath"), Refusal(() => Into(host, [1], new CopyVMFile { Path = "root/f" })));
        Assert.Equal((ErrorCode.NotFound, "FileNotFound"), Refusal(() => Out(host, "/root/none")));
        Assert.Equal((ErrorCode.InvalidArgument, "FileChanged"), Refusal(() => Into(host, bytes, new CopyVMFile { Path = "/root/half", SizeBytes = bytes.Length + 1 })));
        Assert.Equal((ErrorCode.InvalidArgument, "FileChanged"), Refusal(() => Into(host, bytes, new CopyVMFile { Path = "/root/half", SizeBytes = 1000 })));
        host.Run("web01", "mkdir /root/small && mount -t tmpfs -o size=1m none /root/small");
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), Refusal(() => Into(host, bytes, new CopyVMFile { Path = "/root/small/f" })));
        Assert.Equal("", host.Run("web01", "ls -A /root/small; ls /root/half 2>/dev/null; " + Leftovers));

        Into(host, "x"u8.ToArray(), new CopyVMFile { Path = "/root/a/b/f", CreateFullPath = true });
        Into(host, "y"u8.ToArray(), new CopyVMFile { Path = "/root/new/", CreateFullPath = true });
        host.Run("web01", "ln -s big /root/link");
        Into(host, "z"u8.ToArray(), new CopyVMFile { Path = "/root/link", Force = true });
        Assert.Equal("x y z big", host.Run("web01", "echo $(cat /root/a/b/f) $(cat /root/new/file) $(cat /root/big) $(readlink /root/link)"));
    }

    [Fact]
    public async Task A_guest_that_stops_answering_is_an_error_in_time_and_is_tidied_up_when_it_answers_again()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        host.Run("web01", "echo content > /root/f; (sleep 0.5; kill -STOP $(pidof qemu-ga)) >/dev/null 2>&1 &");
        await Poll.UntilAsync(
            () =>
            {
                try
                {
                    Out(host, "/root/f", TimeSpan.FromSeconds(1));
                    return false;
                }
                catch (VirtException e)
                {
                    Assert.Equal((ErrorCode.Unavailable, "GuestAgentSilent"), (e.Code, e.Id));
                    return true;
                }
            },
            "the guest agent's silence");
        Assert.Equal((ErrorCode.Unavailable, "GuestAgentSilent"), Refusal(() => Into(host, [1, 2, 3], new CopyVMFile { Path = "/root/g", AnswerTimeout = TimeSpan.FromSeconds(1) })));
        await using var console = new ConsoleWatcher(host);
        await console.SeesAsync("#");
        host.Invoke(Methods.TypeVMConsole, new TypeVMConsole { Terminal = console.Terminal, Bytes = "kill -CONT $(pidof qemu-ga)\n"u8.ToArray() });
        await Poll.UntilAsync(() => Answers(host), "the guest agent's answer");
        Assert.Equal("f", host.Run("web01", "sleep 0.5; ls -A /root; " + Leftovers));
    }

    [Fact]
    public async Task A_folder_goes_in_and_out_as_it_is_or_not_at_all()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        var large = new byte[700_000];
        new Random(7).NextBytes(large);
        var longName = new string('n', 120);
        FilePart[] tree =
        [
            Part(FileKind.Folder, "d", 0x1E8), Part(FileKind.Folder, "d/empty", 0x1C0), Part(FileKind.Folder, "d/-ü x\nl", 0x16D), Part(FileKind.File, "d/-ü x\nl/" + longName, 0x9A0, 5), Data("small"u8.ToArray()),
            Part(FileKind.File, "d/large", 0x140, large.Length), Data(large[..250_000]), Data(large[250_000..500_000]), Data(large[500_000..]),
            new FilePart { Kind = FileKind.Link, Path = "d/link", Target = "large" }, Part(FileKind.File, "d/zero", 0x1A4),
        ];
        var progress = FolderInto(host, tree, "/root");
        Assert.Equal((100, "0.7 of 0.7 MB"), (progress.PercentComplete, progress.Status));
        Assert.Equal("750 d 700 empty 555 -ü x l", host.Run("web01", "cd /root/d; printf '%s ' $(stat -c '%a %n' /root/d | sed s,/root/,,) $(stat -c '%a %n' empty); stat -c '%a %n' ./-* | sed 's,./,,' | tr '\\n' ' '").Trim());
        Assert.Equal("4640 5 500 700000 77 large", host.Run("web01", $"cd /root/d; echo $(stat -c '%a %s' ./-*/n*) $(stat -c '%a %s' large) $(stat -c %Y large) $(readlink link)"));

        var parts = FolderOut(host, "/root/d");
        Assert.Equal(
            tree.Where(static part => part.Kind != FileKind.Data).Select(static part => (part.Path, part.Kind, Mode: part.Kind == FileKind.Link ? 0 : part.Mode, part.Target, part.SizeBytes)).OrderBy(static part => part.Path, StringComparer.Ordinal),
            parts.Where(static part => part.Kind != FileKind.Data).Select(static part => (part.Path, part.Kind, Mode: part.Kind == FileKind.Link ? 0 : part.Mode, part.Target, part.SizeBytes)).OrderBy(static part => part.Path, StringComparer.Ordinal));
        Assert.Equal(large, BytesOf(parts, "d/large"));
        Assert.Equal("small"u8.ToArray(), BytesOf(parts, "d/-ü x\nl/" + longName));

        // Several names of a file are files, a pipe is left out; of a folder with a slash at its end too.
        host.Run("web01", "cd /root/d; ln zero /root/d/also; echo 1 > zero; mkfifo pipe");
        Assert.Equal("1\n"u8.ToArray(), BytesOf(FolderOut(host, "/root/d/"), "d/also"));
        Assert.DoesNotContain(FolderOut(host, "/root/d/"), static part => part.Path == "d/pipe");

        // One that is there stays as it is, or takes in what comes, all of it or nothing.
        Assert.Equal((ErrorCode.AlreadyExists, "FolderAlreadyExists"), Refusal(() => FolderInto(host, tree, "/root")));
        host.Run("web01", "cd /root/d; rm link; mkdir link; echo mine > mine; rm zero also");
        Assert.Equal((ErrorCode.AlreadyExists, "FileAlreadyExists"), Refusal(() => FolderInto(host, tree, "/root", force: true)));
        Assert.Equal("mine", host.Run("web01", "cd /root/d; rmdir link; rm -r ./-*; ln -s /etc empty/l; ls zero 2>/dev/null; cat mine"));
        FolderInto(host, tree, "/root", force: true);
        Assert.Equal("mine 0 large 4640", host.Run("web01", "cd /root/d; echo $(cat mine) $(stat -c %s zero) $(readlink link) $(stat -c %a ./-*/n*)"));

        // What was not said before, what does not fit, and a destination that is none, leave nothing.
        Assert.Equal((ErrorCode.InvalidArgument, "FileChanged"), Refusal(() => FolderInto(host, [.. tree[..5], Part(FileKind.File, "d/more", 0x1A4, 9), Data([1])], "/root/e")));
        Assert.Equal((ErrorCode.InvalidArgument, "InvalidParts"), Refusal(() => FolderInto(host, [tree[0], Part(FileKind.File, "d/../../x", 0x1A4)], "/root/e")));
        Assert.Equal((ErrorCode.NotFound, "FolderNotFound"), Refusal(() => FolderInto(host, tree, "/root/a/b")));
        Assert.Equal((ErrorCode.AlreadyExists, "FileAlreadyExists"), Refusal(() => FolderInto(host, tree, "/root/d/large")));
        host.Run("web01", "mkdir /root/small && mount -t tmpfs -o size=600k none /root/small");
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), Refusal(() => FolderInto(host, tree, "/root/small")));
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), Refusal(() => FolderInto(host, [tree[0], .. Enumerable.Range(0, 9).SelectMany(static i => new[] { Part(FileKind.File, $"d/{i}", 0x1A4, 100_000), Data(new byte[100_000]) })], "/root/small")));
        await Poll.UntilAsync(() => host.Run("web01", "ls -A /root/small; ls -d /root/e /root/x 2>/dev/null; " + Leftovers).Length == 0, "the removal of what was half there");

        // A guest that is turned off in the middle.
        var killed = Assert.Throws<VirtException>(() => FolderInto(host, [tree[0], Part(FileKind.File, "d/f", 0x1A4, 8 << 20), .. Enumerable.Repeat(Data(new byte[250_000]), 30)], "/root/k", guest: host.Get("web01").ProcessId!.Value));
        Assert.Equal((ErrorCode.Unavailable, "GuestAgentSilent"), (killed.Code, killed.Id));
        await Poll.UntilAsync(() => host.Get("web01").State == VMState.Failed, "the end of the guest");
    }

    private static FilePart Part(FileKind kind, string path, int mode, long size = 0) => new() { Kind = kind, Path = path, Mode = mode, SizeBytes = size, ModifiedTime = DateTimeOffset.UnixEpoch.AddSeconds(77) };

    private static FilePart Data(byte[] bytes) => new() { Bytes = bytes };

    private static byte[] BytesOf(IEnumerable<FilePart> parts, string path) => [.. parts.SkipWhile(part => part.Path != path).Skip(1).TakeWhile(static part => part.Kind == FileKind.Data).SelectMany(static part => part.Bytes)];

    private static List<FilePart> FolderOut(TestHost host, string path)
    {
        var seen = new Parts();
        host.Invoke(Methods.CopyVMFile, new CopyVMFile { Name = "web01", Path = path }, seen);
        return seen.Items;
    }

    private static ProgressInfo FolderInto(TestHost host, FilePart[] parts, string path, bool force = false, int guest = 0)
    {
        var seen = new Parts { Guest = guest };
        using var stream = new MemoryStream();
        foreach (var body in parts.Select(FilePart.WireFormat.Encode))
        {
            stream.Write(BitConverter.GetBytes(body.Length));
            stream.Write(body);
        }

        stream.Position = 0;
        host.Client.Invoke(
            Methods.CopyVMFile,
            new CopyVMFile { Name = "web01", Path = path, IsInto = true, IsFolder = true, FileName = "d", Mode = parts[0].Mode, SizeBytes = parts.Sum(static part => part.SizeBytes), Force = force },
            observer: seen,
            stdin: stream);
        return seen.Progress;
    }

    private static bool Answers(TestHost host)
    {
        try
        {
            host.Run("web01", "true");
            return true;
        }
        catch (VirtException)
        {
            return false;
        }
    }

    private static (ErrorCode Code, string Id) Refusal(Action act)
    {
        var e = Assert.Throws<VirtException>(act);
        return (e.Code, e.Id);
    }

    private static ProgressInfo Into(TestHost host, byte[] bytes, CopyVMFile request)
    {
        var seen = new Parts();
        using var stream = new MemoryStream(bytes);
        host.Client.Invoke(
            Methods.CopyVMFile,
            request with { Name = "web01", IsInto = true, FileName = request.FileName.Length > 0 ? request.FileName : "file", SizeBytes = request.SizeBytes > 0 ? request.SizeBytes : bytes.Length },
            observer: seen,
            stdin: stream);
        return seen.Progress;
    }

    private static (byte[] Bytes, FilePart First) Out(TestHost host, string path, TimeSpan? timeout = null)
    {
        var seen = new Parts();
        host.Invoke(Methods.CopyVMFile, new CopyVMFile { Name = "web01", Path = path, AnswerTimeout = timeout ?? TimeSpan.FromSeconds(30) }, seen);
        return (seen.Bytes.ToArray(), seen.First!);
    }

    private sealed class Parts : ICallObserver
    {
        public MemoryStream Bytes { get; } = new();

        public FilePart? First { get; private set; }

        public List<FilePart> Items { get; } = [];

        public ProgressInfo Progress { get; private set; } = new();

        /// <summary>The process of a guest that ends as soon as something has been copied; 0: it stays.</summary>
        public int Guest { get; set; }

        public void OnProgress(ProgressInfo progress)
        {
            Progress = progress;
            if (Guest != 0)
            {
                Process.GetProcessById(Guest).Kill();
                Guest = 0;
            }
        }

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Message message)
        {
            Items.Add(MessageCodec.ReadValue(message, FilePart.WireFormat.Read));
            First ??= Items[^1];
            Bytes.Write(Items[^1].Bytes);
        }
    }
}
