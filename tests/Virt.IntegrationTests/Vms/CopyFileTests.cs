using System;
using System.IO;
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
        Assert.Equal((ErrorCode.InvalidArgument, "IsFolder"), Refusal(() => Out(host, "/root")));
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

    private static (byte[] Bytes, VMFilePart First) Out(TestHost host, string path, TimeSpan? timeout = null)
    {
        var seen = new Parts();
        host.Invoke(Methods.CopyVMFile, new CopyVMFile { Name = "web01", Path = path, AnswerTimeout = timeout ?? TimeSpan.FromSeconds(30) }, seen);
        return (seen.Bytes.ToArray(), seen.First!);
    }

    private sealed class Parts : ICallObserver
    {
        public MemoryStream Bytes { get; } = new();

        public VMFilePart? First { get; private set; }

        public ProgressInfo Progress { get; private set; } = new();

        public void OnProgress(ProgressInfo progress) => Progress = progress;

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Message message)
        {
            var part = MessageCodec.ReadValue(message, VMFilePart.WireFormat.Read);
            First ??= part;
            Bytes.Write(part.Bytes);
        }
    }
}
