using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Files into a container and out of it; what is in it leads nowhere out of it (CVE-2018-15664, CVE-2019-14271, CVE-2021-41089).</summary>
public sealed class CopyFileTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_goes_in_comes_out_again_whether_it_runs_or_not(bool runs)
    {
        await using var host = await TestHost.StartAsync();
        var container = runs ? host.Run(ContainerHost.Script("exec sleep 1000")) : host.Invoke(Methods.NewContainer, ContainerHost.Script("stat -c '%u:%g %a' /srv/d/f /srv/d", "c"));
        var bytes = new byte[700_000];
        new Random(1).NextBytes(bytes);
        Into(host, container, "/srv", Part(FileKind.Folder, "d", 0x1E8), Part(FileKind.File, "d/f", 0x1A0), Data(bytes[..300_000]), Data(bytes[300_000..]), new FilePart { Kind = FileKind.Link, Path = "d/l", Target = "f" });
        var parts = Out(host, container, "/srv/d");
        Assert.Equal([(FileKind.Folder, "d"), (FileKind.File, "d/f"), (FileKind.Link, "d/l")], parts.Where(p => p.Kind != FileKind.Data).Select(p => (p.Kind, p.Path)));
        Assert.Equal(bytes, parts.Where(p => p.Kind == FileKind.Data).SelectMany(p => p.Bytes));
        Assert.Equal(0x1A0, parts.Single(p => p.Path == "d/f").Mode);
        if (runs)
        {
            Assert.Equal("0:0 640\n0:0 750\n", host.Exec(container, "stat -c '%u:%g %a' /srv/d/f /srv/d").Output);
        }
        else
        {
            host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
            host.WaitFor(container, WaitCondition.Stopped);
            Assert.Equal(["0:0 640", "0:0 750"], host.Log(container));
        }
    }

    [Fact]
    public async Task Under_another_name_where_none_is_there()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        Into(host, container, "/srv/new", Part(FileKind.Folder, "d", 0x1ED), Part(FileKind.File, "d/f", 0x1A4), Data("x"u8.ToArray()));
        Assert.Equal("x", host.Exec(container, "cat /srv/new/f").Output);
        Into(host, container, "/srv/one", Part(FileKind.File, "f", 0x1A4), Data("y"u8.ToArray()));
        Assert.Equal("y", host.Exec(container, "cat /srv/one").Output);
    }

    [Fact]
    public async Task Links_in_it_lead_nowhere_out_of_it()
    {
        await using var host = await TestHost.StartAsync();
        using var folder = new HostFolder();
        var outside = folder.Path;
        await File.WriteAllTextAsync(Path.Combine(outside, "secret"), "secret", TestContext.Current.CancellationToken);
        var container = host.Run(ContainerHost.Script($"ln -s ../../../../../..{outside} /abs; ln -s /proc/self/fd /fds; ln -s /proc/1/root /root2; mkdir -p {outside}; echo inside >{outside}/secret; exec sleep 1000"));
        await Poll.UntilAsync(() => host.Exec(container, $"cat {outside}/secret").Output == "inside\n", "its files");
        Assert.Equal("inside\n", Encoding.UTF8.GetString([.. Out(host, container, "/abs/secret").SelectMany(p => p.Bytes)]));
        Into(host, container, "/abs", Part(FileKind.File, "secret", 0x1A4), Data("changed"u8.ToArray()));
        Assert.Equal("changed", host.Exec(container, $"cat {outside}/secret").Output);
        Assert.Equal("secret", await File.ReadAllTextAsync(Path.Combine(outside, "secret"), TestContext.Current.CancellationToken));
        Assert.ThrowsAny<VirtException>(() => Out(host, container, "/root2/etc/hostname"));
        foreach (var path in new[] { "../x", "/etc/x", "a/../../x", "" })
        {
            Assert.Equal("InvalidParts", Assert.Throws<VirtException>(() => Into(host, container, "/srv", Part(FileKind.File, path, 0x1A4))).Id);
        }
    }

    private sealed class HostFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("vt-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    [Fact]
    public async Task A_folder_that_becomes_a_link_meanwhile_leads_nowhere_out_either()
    {
        await using var host = await TestHost.StartAsync();
        var outside = Directory.CreateDirectory(Path.Combine(host.Folder, "outside")).FullName;
        var container = host.Run(ContainerHost.Script($"cd /srv; while :; do rm -rf d; mkdir d; rm -rf d; ln -s ../../../../../..{outside} d; done 2>/dev/null"));
        for (var i = 0; i < 60; i++)
        {
            try
            {
                Into(host, container, "/srv/d", Part(FileKind.File, $"f{i}", 0x1A4), Data("x"u8.ToArray()));
            }
            catch (VirtException e)
            {
                Assert.NotEqual(ErrorCode.Internal, e.Code);
            }
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        Directory.Delete(outside);
    }

    [Fact]
    public async Task What_is_not_there_is_an_error()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000", "c"));
        var error = Assert.Throws<VirtException>(() => Out(host, container, "/no/such"));
        Assert.Equal((ErrorCode.NotFound, "Cannot copy files of container 'c': it has no '/no/such'."), (error.Code, error.Message));
        Assert.Equal("InvalidPath", Assert.Throws<VirtException>(() => Out(host, container, "etc")).Id);
        Assert.Equal((ErrorCode.NotFound, "Cannot copy files of container 'c': it has no folder '/no/such'."), RefusedInto("/no/such/f"));
        Assert.Equal((ErrorCode.NotFound, "Cannot copy files of container 'c': it has no folder '/srv/no/'."), RefusedInto("/srv/no/"));
        Assert.Equal((ErrorCode.NotFound, "Cannot copy files of container 'c': it has no folder '/etc/hostname/'."), RefusedInto("/etc/hostname/"));
        Assert.Equal("absent\n", host.Exec(container, "[ -e /srv/no ] || echo absent").Output);

        (ErrorCode, string) RefusedInto(string path)
        {
            var refused = Assert.Throws<VirtException>(() => Into(host, container, path, Part(FileKind.File, "f", 0x1A4), Data("x"u8.ToArray())));
            return (refused.Code, refused.Message);
        }
    }

    [Fact]
    public async Task What_is_no_file_folder_or_link_is_left_out_and_said()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("mkdir /d; cd /d; mkfifo p; echo x >f; exec sleep 1000", "c"));
        await Poll.UntilAsync(() => host.Exec(container, "cat /d/f").Output == "x\n", "its files");
        Assert.Equal([(FileKind.Folder, "d", ""), (FileKind.File, "d/f", ""), (FileKind.LeftOut, "d/p", "pipe")], Out(host, container, "/d").Where(static p => p.Kind != FileKind.Data).Select(static p => (p.Kind, p.Path, p.Target)));
        var device = Assert.Throws<VirtException>(() => Out(host, container, "/dev/null"));
        Assert.Equal("Cannot copy files of container 'c': '/dev/null' is a device; files, folders and links are copied.", device.Message);
    }

    private static FilePart Part(FileKind kind, string path, int mode) => new() { Kind = kind, Path = path, Mode = mode };

    private static FilePart Data(byte[] bytes) => new() { Bytes = bytes };

    private static void Into(TestHost host, Container container, string path, params FilePart[] parts)
    {
        using var stream = new MemoryStream();
        foreach (var part in parts)
        {
            var body = FilePart.WireFormat.Encode(part);
            stream.Write(BitConverter.GetBytes(body.Length));
            stream.Write(body);
        }

        stream.Position = 0;
        host.Client.Invoke(Methods.CopyContainerFile, new CopyContainerFile { Id = container.Id, Path = path, IsInto = true }, stdin: stream);
    }

    private static List<FilePart> Out(TestHost host, Container container, string path)
    {
        var parts = new Parts();
        host.Invoke(Methods.CopyContainerFile, new CopyContainerFile { Id = container.Id, Path = path }, parts);
        return parts.Items;
    }

    private sealed class Parts : ICallObserver
    {
        public List<FilePart> Items { get; } = [];

        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Message message) => Items.Add(MessageCodec.ReadValue(message, FilePart.WireFormat.Read));
    }
}
