using System;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>What Copy-ContainerFile says of what cannot be copied, or has no place here.</summary>
public sealed class CopyContainerFileTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithContainers("c");
    private readonly Shell shell;
    private readonly string folder = Directory.CreateTempSubdirectory("virt-copy-").FullName;

    public CopyContainerFileTests()
    {
        shell = new Shell(agent);
        agent.On(Methods.CopyContainerFile, (request, call) =>
        {
            if (request.IsInto)
            {
                call.ReadStdin();
                return new Nothing();
            }

            FilePart[] parts = request.Path == "/d"
                ? [new() { Kind = FileKind.Folder, Path = "d", Mode = 0x1ED }, new() { Kind = FileKind.LeftOut, Path = "d/p", Target = "pipe" }]
                : [new() { Kind = FileKind.File, Path = "f", Mode = 0x1A4 }, new() { Bytes = "x"u8.ToArray() }];
            foreach (var part in parts)
            {
                call.Item(FilePart.WireFormat, part);
            }

            return new Nothing();
        });
    }

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("/no/f", "there is no folder 'FOLDER/no'")]
    [InlineData("/no/", "there is no folder 'FOLDER/no/'")]
    [InlineData("/taken/", "there is no folder 'FOLDER/taken/'")]
    public void A_folder_that_is_not_here_is_named_and_nothing_of_ours(string destination, string cause)
    {
        File.WriteAllText($"{folder}/taken", "mine");
        shell.Run($"Copy-ContainerFile c /etc/f '{folder}{destination}' -FromContainer");
        Assert.Equal($"Cannot copy files of container 'c': {cause.Replace("FOLDER", folder, StringComparison.Ordinal)}.", Assert.Single(shell.Errors).Exception.Message);
        Assert.Equal(["taken"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName));
        Assert.Equal("mine", File.ReadAllText($"{folder}/taken"));
    }

    [Fact]
    public void Into_a_folder_that_is_here_with_or_without_a_slash()
    {
        foreach (var destination in new[] { folder, folder + "/" })
        {
            shell.Run($"Copy-ContainerFile c /etc/f '{destination}' -FromContainer");
            Assert.Empty(shell.Errors);
            Assert.Equal("x", File.ReadAllText($"{folder}/f"));
            File.Delete($"{folder}/f");
        }
    }

    [Fact]
    public void What_is_left_out_is_a_warning()
    {
        Assert.Equal("Container 'c': what is no file, folder or link was not copied: 'd/p' (pipe).", Warning($"Copy-ContainerFile c /d '{folder}/d' -FromContainer"));
        Directory.CreateDirectory($"{folder}/in");
        File.WriteAllText($"{folder}/in/empty", "");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint($"{folder}/in/s"));
        Assert.Equal("Container 'c': what is no file, folder or link was not copied: 'in/s' (socket).", Warning($"Copy-ContainerFile c '{folder}/in' /srv"));
        shell.Run($"Copy-ContainerFile c '{folder}/in/s' /srv");
        Assert.Equal($"Cannot copy files of container 'c': '{folder}/in/s' is a socket; files, folders and links are copied.", Assert.Single(shell.Errors).Exception.Message);
    }

    private string Warning(string script)
    {
        shell.Run(script + " -WarningVariable said -WarningAction SilentlyContinue");
        Assert.Empty(shell.Errors);
        return shell.Run("$said")[0].ToString();
    }
}
