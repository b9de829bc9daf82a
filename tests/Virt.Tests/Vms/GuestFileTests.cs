using System;
using System.IO;
using System.Linq;
using System.Text;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>Folders of a guest: what it lists, and the archives that its tar reads and writes.</summary>
public sealed class GuestFileTests
{
    private const string Mark = "0f0f";

    [Fact]
    public void A_list_has_names_with_blanks_and_line_ends()
    {
        var files = GuestFile.Parse(Encoding.UTF8.GetBytes($"{Mark} 41ed 4096 5 .\n{Mark} 81a4 3 -7 ./a b\nc 81a4 1 1 ./d\n{Mark} a1ff 1 1600000000 ./ü\n{Mark} 10a4 0 0 ./pipe\n"), Mark);
        Assert.Equal([("a b\nc 81a4 1 1 ./d", FileKind.File, 3L), ("ü", FileKind.Link, 1), ("pipe", null, 0)], files.Select(static file => (file.Path, file.Kind, file.SizeBytes)));
        Assert.Equal((DateTimeOffset.UnixEpoch, 1_600_000_000), (files[0].ModifiedTime, files[1].ModifiedTime.ToUnixTimeSeconds()));
        Assert.Equal(0x1A4, files[0].Mode & GuestFile.Permissions);
    }

    [Theory]
    [InlineData("0f0f 41ed . ./x\n")]
    [InlineData("garbage")]
    [InlineData("0f0f 81a4 99999999999999999999 1 ./x\n")]
    public void Garbage_is_no_list(string text) => Assert.Throws<FormatException>(() => GuestFile.Parse(Encoding.UTF8.GetBytes(text), Mark));

    [Fact]
    public void A_name_that_is_no_text_is_told_of() => Assert.Contains("UTF-8", Assert.Throws<FormatException>(() => GuestFile.Parse([.. "0f0f 81a4 1 1 ./"u8, 0xFF, (byte)'\n'], Mark)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_guest_has_not_and_why_its_tar_failed_is_said()
    {
        var copy = new GuestCopy("web01", new CopyVMFile { Path = "/srv/d" }, new Call(NoSink.Instance, "root", false, default), new TransferRate(TimeProvider.System));
        var missing = Assert.Throws<VirtException>(() => copy.Require(new QgaCommandResult(GuestScripts.NoProgram, null, "tar"u8.ToArray(), [], false)));
        Assert.Equal((ErrorCode.NotSupported, "GuestProgramMissing", "Cannot copy files of VM 'web01': a folder takes find, stat and tar in the guest, and it has no 'tar'."), (missing.Code, missing.Id, missing.Message));
        var full = Assert.Throws<VirtException>(() => copy.Require(new QgaCommandResult(2, null, [], "tar: a: Cannot write: No space left on device\ntar: Exiting with failure status due to previous errors\n"u8.ToArray(), false)));
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (full.Code, full.Id));
    }

    [Fact]
    public void An_archive_is_read_as_it_was_made_and_says_long_names_as_busybox_reads_them()
    {
        var longName = string.Join('/', Enumerable.Repeat("n234567890", 30));
        var archive = new GuestArchive();
        Assert.True(archive.IsEmpty);
        archive.Add(new FilePart { Kind = FileKind.Folder, Mode = 0x1C0 }, "empty", []);
        archive.Add(new FilePart { Kind = FileKind.File, Mode = 0x9ED, ModifiedTime = DateTimeOffset.UnixEpoch.AddSeconds(77) }, longName, "content"u8);
        archive.Add(new FilePart { Kind = FileKind.Link, Target = longName }, "link", []);
        var bytes = archive.Take();
        Assert.True(archive.IsEmpty);
        Assert.DoesNotContain("PaxHeaders", Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
        var read = GuestArchive.Read(bytes).ToArray();
        Assert.Equal(["empty", longName, "link"], read.Select(static one => one.Path));
        Assert.Equal(("content", 0x9EDu, 77L), (Encoding.ASCII.GetString(read[1].Content), read[1].Entry.Attributes.Mode, read[1].Entry.Attributes.ModifiedSeconds));
        Assert.Equal(longName, Encoding.UTF8.GetString(read[2].Entry.Target));
        Assert.Throws<EndOfStreamException>(() => GuestArchive.Read(bytes[..700]).ToArray());
    }
}
