using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Linux.Files;
using Virt.Protocol;
using Virt.Tests.Images.Tar;
using Xunit;

namespace Virt.Tests.Images.Store;

/// <summary>Unpacking sets owners and makes devices, which root alone may.</summary>
public sealed class LayerUnpackerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-layer-").FullName;
    private readonly string root;
    private readonly string outside;

    public LayerUnpackerTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may give files to others and make devices");
        root = Path.Combine(folder, "root");
        outside = Path.Combine(folder, "outside");
        Directory.CreateDirectory(root);
        Directory.CreateDirectory(outside);
        File.WriteAllText(Path.Combine(outside, "secret"), "untouched");
    }

    public void Dispose() => FileTree.Delete(folder);

    [Fact]
    public void Files_get_owner_mode_time_and_attributes_in_an_order_in_which_all_stay()
    {
        byte[] capability = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]; // CAP_NET_RAW, VFS_CAP_REVISION_2
        var layer = Unpack(new TarBuilder()
            .Folder("usr/", mode: 0x3FF)
            .Pax(("uid", "1000"u8.ToArray()), ("gid", "70000"u8.ToArray()), ("SCHILY.xattr.security.capability", capability), ("SCHILY.xattr.user.note", "x\0y"u8.ToArray()))
            .File("usr/ping", "abc", mode: 0x9ED)
            .HardLink("usr/ping6", "usr/ping"));
        var ping = Entry("usr/ping");
        Assert.Equal((0x89EDu, 1000u, 70000u, 3L), (ping.Mode, ping.UserId, ping.GroupId, ping.Size));
        Assert.Equal(1_600_000_000_000_000_000, ping.ModifiedNanoseconds);
        Assert.Equal(capability, FileTree.ReadAttribute(root, ping, "security.capability"));
        Assert.Equal("x\0y"u8.ToArray(), FileTree.ReadAttribute(root, ping, "user.note"));
        Assert.Equal(ping.Inode, Entry("usr/ping6").Inode);
        Assert.Equal((0x43FFu, 1_600_000_000_000_000_000), (Entry("usr").Mode, Entry("usr").ModifiedNanoseconds));
        Assert.Equal((3, 3L), (layer.Count, layer.Bytes));
        Assert.Empty(layer.ImplicitFolders);
    }

    [Fact]
    public void Links_devices_and_pipes_are_made_whatever_the_umask()
    {
        Unpack(new TarBuilder().Link("l", "/etc/passwd").Device("c", '3', 5, 300).Device("b", '4', 259, 70000).Device("p", '6', 0, 0));
        Assert.Equal("/etc/passwd", Encoding.UTF8.GetString(FileTree.ReadLink(root, Entry("l"))));
        Assert.Equal(((5UL << 32) | 300, 0x21A4u), (Entry("c").Device, Entry("c").Mode));
        Assert.Equal(((259UL << 32) | 70000, 0x61A4u), (Entry("b").Device, Entry("b").Mode));
        Assert.Equal(0x11A4u, Entry("p").Mode);
    }

    [Fact]
    public void Whiteouts_and_opaque_folders_take_the_form_of_overlayfs()
    {
        var layer = Unpack(new TarBuilder().Folder("d/").File("d/.wh.gone", "").File("d/.wh..wh..opq", "").File("e/.wh.old", "").File("e/.wh..wh.plnk", ""));
        Assert.True(Entry("d/gone").IsWhiteout);
        Assert.Equal("y"u8.ToArray(), FileTree.ReadAttribute(root, Entry("d"), OverlayTree.Opaque));
        Assert.True(Entry("e/old").IsWhiteout);
        Assert.Null(FileTree.ReadAttribute(root, Entry("e"), OverlayTree.Opaque));
        Assert.Equal(4, FileTree.Entries(root).Count);
        Assert.False(layer.HidesAllBelow);
        Assert.Equal([Convert.ToHexString("e"u8)], layer.ImplicitFolders);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_that_is_deleted_and_made_anew_hides_what_was_below_it_in_either_order(bool whiteoutFirst)
    {
        var builder = new TarBuilder();
        Unpack(whiteoutFirst ? builder.File(".wh.d", "").Folder("d/").File("d/f", "x") : builder.Folder("d/").File("d/f", "x").File(".wh.d", ""));
        Assert.NotNull(FileTree.ReadAttribute(root, Entry("d"), OverlayTree.Opaque));
        Assert.Equal("x", File.ReadAllText(Path.Combine(root, "d/f")));
    }

    [Fact]
    public void A_mark_at_the_top_is_told_because_overlayfs_does_not_see_it_there()
    {
        Assert.True(Unpack(new TarBuilder().File(".wh..wh..opq", "").File("f", "x")).HidesAllBelow);
    }

    [Fact]
    public void The_later_of_two_entries_of_one_name_counts()
    {
        Unpack(new TarBuilder().File("a", "1").File("a", "2").Folder("b/").File("b/c/d", "x").File("b", "file").Link("c", "a").Folder("c/").File("d", "x").Folder("d").File("d/in", "y"));
        Assert.Equal("2", File.ReadAllText(Path.Combine(root, "a")));
        Assert.Equal("file", File.ReadAllText(Path.Combine(root, "b")));
        Assert.True(Entry("c").IsFolder);
        Assert.Equal("y", File.ReadAllText(Path.Combine(root, "d/in")));
        Assert.Equal(["a", "b", "c", "d", "d/in"], FileTree.Entries(root).Select(static e => e.Path));
    }

    [Fact]
    public void A_sparse_file_has_its_holes_and_its_length()
    {
        Unpack(new TarBuilder().Pax(("GNU.sparse.name", "s"), ("GNU.sparse.size", "10485760"), ("GNU.sparse.map", "0,4,8388608,4")).File("x", "aaaabbbb"));
        var bytes = File.ReadAllBytes(Path.Combine(root, "s"));
        Assert.Equal((10485760, "bbbb"), (bytes.Length, Encoding.ASCII.GetString(bytes, 8388608, 4)));
        Assert.InRange(FileHandles.AllocatedBytes(Path.Combine(root, "s")), 1, 1 << 20);
    }

    [Fact]
    public void A_link_in_the_archive_is_followed_as_the_containers_root_would()
    {
        Unpack(new TarBuilder().Folder("usr/").Folder("usr/lib/").Link("lib", "/usr/lib").File("lib/x.so", "x").Link("up", "../../../../..").File("up/top", "t"));
        Assert.Equal("x", File.ReadAllText(Path.Combine(root, "usr/lib/x.so")));
        Assert.Equal("t", File.ReadAllText(Path.Combine(root, "top")));
        AssertOutsideIsUntouched();
    }

    [Fact]
    public void A_link_that_gives_way_to_a_folder_is_not_followed_any_more()
    {
        Unpack(new TarBuilder().Folder("b/").Link("a", "b").File("a/1", "1").Folder("a/").File("a/2", "2"));
        Assert.Equal(["a", "a/2", "b", "b/1"], FileTree.Entries(root).Select(static e => e.Path));
    }

    [Fact]
    public void Nothing_is_written_outside_whatever_the_archive_says()
    {
        var back = string.Concat(Enumerable.Repeat("../", 40));
        var hostile = new Dictionary<string, TarBuilder>
        {
            ["up"] = new TarBuilder().File("../outside/secret", "x"),
            ["far up"] = new TarBuilder().File(back + outside[1..] + "/secret", "x"),
            ["up in the middle"] = new TarBuilder().Folder("a/").File("a/../../outside/secret", "x"),
            ["a folder up"] = new TarBuilder().Folder("../outside/"),
            ["the folder above"] = new TarBuilder().Folder("..", mode: 0x1FF),
            ["a hard link to outside"] = new TarBuilder().HardLink("l", "../outside/secret").File("l", "x"),
            ["a hard link far outside"] = new TarBuilder().HardLink("l", outside + "/secret").File("l", "x"),
            ["a hard link through a link"] = new TarBuilder().Link("o", outside).HardLink("l", "o/secret").File("l", "x"),
            ["a hard link of a link's target"] = new TarBuilder().Link("o", outside + "/secret").HardLink("l", "o").File("l/x", "x"),
            ["a whiteout up"] = new TarBuilder().File("../outside/.wh.secret", ""),
            ["a whiteout of the folder above"] = new TarBuilder().Folder("a/").File("a/.wh...", ""),
            ["a whiteout of the folder itself"] = new TarBuilder().Folder("a/").File("a/.wh..", ""),
            ["a whiteout of nothing"] = new TarBuilder().File(".wh.", ""),
            ["an opaque mark up"] = new TarBuilder().File("../outside/.wh..wh..opq", ""),
            ["a file through a link"] = new TarBuilder().Link("o", outside).File("o/secret", "x"),
            ["a file through a relative link"] = new TarBuilder().Link("o", "../outside").File("o/secret", "x"),
            ["a file through two links"] = new TarBuilder().Link("a", "..").Link("o", "a/outside").File("o/secret", "x"),
            ["a folder through a link"] = new TarBuilder().Link("o", outside).Folder("o/new/", mode: 0x1FF),
            ["a link's own place"] = new TarBuilder().Link("s", outside + "/secret").File("s", "x"),
            ["a link that becomes a folder"] = new TarBuilder().Link("o", outside).Folder("o/", mode: 0x1FF).File("o/secret", "x"),
            ["a device through a link"] = new TarBuilder().Link("o", outside).Device("o/secret", '3', 1, 3),
            ["a whiteout through a link"] = new TarBuilder().Link("o", outside).File("o/.wh.secret", ""),
            ["an opaque mark through a link"] = new TarBuilder().Link("o", outside).File("o/.wh..wh..opq", ""),
            ["a magic link"] = new TarBuilder().Link("o", "/proc/self/root" + outside).File("o/secret", "x"),
            ["a loop"] = new TarBuilder().Link("a", "b").Link("b", "a").File("a/x", "x"),
            ["a hard link to a folder"] = new TarBuilder().Folder("d/").HardLink("l", "d"),
            ["a hard link to the top"] = new TarBuilder().HardLink("l", "/"),
            ["the top as a file"] = new TarBuilder().File("./", "x", mode: 0x1FF).Link("", "x"),
        };
        foreach (var (what, builder) in hostile)
        {
            FileTree.Delete(root);
            Directory.CreateDirectory(root);
            try
            {
                Unpack(builder);
            }
            catch (VirtException e)
            {
                Assert.Equal((ErrorCode.DataLoss, "LayerDamaged"), (e.Code, e.Id));
            }

            Assert.Equal([outside], Directory.GetFileSystemEntries(folder).Where(path => path != root));
            AssertOutsideIsUntouched(what);
        }
    }

    [Fact]
    public void What_overlayfs_would_take_for_its_own_word_is_not_taken_from_an_archive()
    {
        Unpack(new TarBuilder().Pax(("SCHILY.xattr.trusted.overlay.redirect", "/etc"), ("SCHILY.xattr.trusted.overlay.opaque", "y"), ("SCHILY.xattr.user.overlay.opaque", "y"), ("SCHILY.xattr.user.kept", "1")).Folder("d/"));
        Assert.Null(FileTree.ReadAttribute(root, Entry("d"), "trusted.overlay.redirect"));
        Assert.Null(FileTree.ReadAttribute(root, Entry("d"), OverlayTree.Opaque));
        Assert.Null(FileTree.ReadAttribute(root, Entry("d"), "user.overlay.opaque"));
        Assert.NotNull(FileTree.ReadAttribute(root, Entry("d"), "user.kept"));
    }

    [Fact]
    public void A_bomb_is_refused_by_what_it_unpacks_to()
    {
        var limit = new UnpackLimit(64 << 20);
        var zeros = new TarBuilder().Entry('0', "zeros"u8.ToArray(), new byte[16 << 20]).Bytes();
        var packed = Gzip(zeros);
        Assert.InRange(packed.Length, 1, 100_000);
        Refused(packed, limit);
        // The same bytes are fine where as many came.
        Assert.Equal(16 << 20, Unpack(new MemoryStream(zeros), limit).Bytes);
        Refused(new TarBuilder().Pax(("GNU.sparse.name", "s"), ("GNU.sparse.size", "1099511627776"), ("GNU.sparse.map", "0,4")).File("x", "aaaa").Bytes(), limit);
        Refused(Gzip([.. new TarBuilder().File("a", "x").Bytes(), .. new byte[16 << 20]]), limit);
        var many = new TarBuilder();
        for (var i = 0; i < 1000; i++)
        {
            many.File($"f{i}", "");
        }

        Refused(Gzip(many.Bytes()), new UnpackLimit(4 << 20));
    }

    [Fact]
    public void A_layer_is_verified_against_the_digest_of_its_archive_to_the_last_byte()
    {
        byte[] archive = [.. new TarBuilder().File("a", "x").Bytes(), .. "behind the end"u8];
        var packed = Gzip(archive);
        Assert.Equal(Digest.Of(archive), Unpack(new MemoryStream(packed), UnpackLimit.Default, Digest.Of(archive)).DiffId);
        FileTree.Delete(root);
        Directory.CreateDirectory(root);
        var e = Assert.Throws<VirtException>(() => Unpack(new MemoryStream(packed), UnpackLimit.Default, Digest.Of(archive.AsSpan(0, archive.Length - 1))));
        Assert.Equal("LayerDamaged", e.Id);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200)]
    public void A_layer_whose_compression_is_cut_or_damaged_is_refused(int at)
    {
        var random = new byte[100_000];
        new Random(2).NextBytes(random);
        var packed = Gzip(new TarBuilder().Entry('0', "r"u8.ToArray(), random).Bytes());
        Assert.Equal("LayerDamaged", Assert.Throws<VirtException>(() => Unpack(new MemoryStream(packed, 0, packed.Length / 2), UnpackLimit.Default)).Id);
        packed[at] ^= 0xFF;
        Assert.Equal("LayerDamaged", Assert.Throws<VirtException>(() => Unpack(new MemoryStream(packed), UnpackLimit.Default)).Id);
    }

    [Fact]
    public void Gzip_of_several_members_is_one_archive()
    {
        var archive = new TarBuilder().File("a", "x").File("b", "y").Bytes();
        Assert.Equal(2, Unpack(new MemoryStream([.. Gzip(archive[..700]), .. Gzip(archive[700..])]), UnpackLimit.Default).Count);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private void Refused(byte[] packed, UnpackLimit limit)
    {
        FileTree.Delete(root);
        Directory.CreateDirectory(root);
        var e = Assert.Throws<VirtException>(() => Unpack(new MemoryStream(packed), limit));
        Assert.Equal((ErrorCode.ResourceExhausted, "LayerTooLarge", "test"), (e.Code, e.Id, e.Target));
        FileTree.Delete(root);
        Directory.CreateDirectory(root);
    }

    private UnpackedLayer Unpack(TarBuilder builder) => Unpack(builder.Stream(), UnpackLimit.Default);

    private UnpackedLayer Unpack(Stream stream, UnpackLimit limit, Digest? diffId = null) => new LayerUnpacker(limit).Unpack(stream, stream.Length, diffId, root, "test", TestContext.Current.CancellationToken);

    private TreeEntry Entry(string path) => FileTree.Entry(root, Encoding.UTF8.GetBytes(path)) ?? throw new InvalidOperationException($"'{path}' is not there.");

    private void AssertOutsideIsUntouched(string what = "")
    {
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
        Assert.True(File.ReadAllText(Path.Combine(outside, "secret")) == "untouched", what);
        Assert.True(FileTree.Entry(outside, "secret"u8) is { IsFile: true, Mode: 0x81A4 }, what);
        Assert.True(FileTree.Entry(outside, default)!.Mode == 0x41ED, what);
    }
}
