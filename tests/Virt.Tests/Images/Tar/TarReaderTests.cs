using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Virt.Agent.Images.Tar;
using Xunit;

namespace Virt.Tests.Images.Tar;

public sealed class TarReaderTests
{
    [Fact]
    public void Files_folders_links_and_devices_are_read_with_what_they_have()
    {
        var entries = Read(new TarBuilder()
            .Folder("d/", mode: 0x3FF)
            .File("d/f", "abc", mode: 0x9ED)
            .Link("d/l", "f")
            .HardLink("d/h", "d/f")
            .Device("d/c", '3', 5, 300)
            .Device("d/b", '4', 8, 1)
            .Device("d/p", '6', 0, 0));
        Assert.Equal(
            [TarKind.Folder, TarKind.File, TarKind.Link, TarKind.HardLink, TarKind.CharacterDevice, TarKind.BlockDevice, TarKind.Pipe],
            entries.Select(static e => e.Entry.Kind));
        Assert.Equal("abc", entries[1].Content);
        Assert.Equal((0x9EDu, 1_600_000_000L), (entries[1].Entry.Attributes.Mode, entries[1].Entry.Attributes.ModifiedSeconds));
        Assert.Equal("f"u8.ToArray(), entries[2].Entry.Target);
        Assert.Equal((5u, 300u), (entries[4].Entry.DeviceMajor, entries[4].Entry.DeviceMinor));
    }

    [Fact]
    public void An_archive_that_ends_with_its_last_files_last_byte_is_whole()
    {
        var reader = new TarReader(new MemoryStream(new TarBuilder().File("f", "abc").Bytes()[..515]));
        Assert.NotNull(reader.Next());
        var content = new byte[4];
        Assert.Equal(3, reader.Read(content));
        Assert.Null(reader.Next());
    }

    [Fact]
    public void A_file_before_ustar_whose_name_ends_in_a_slash_is_a_folder()
    {
        var entry = Assert.Single(Read(new TarBuilder().Entry('\0', "old/"u8.ToArray(), ustar: false))).Entry;
        Assert.Equal(TarKind.Folder, entry.Kind);
    }

    [Fact]
    public void Long_names_come_by_prefix_by_gnu_headers_and_by_pax_and_pax_counts()
    {
        var name = string.Concat(Enumerable.Repeat("0123456789/", 25)) + "end";
        var entries = Read(new TarBuilder()
            .Entry('0', "short"u8.ToArray(), change: static h => "pre/fix"u8.CopyTo(h.AsSpan(345)))
            .Entry('L', "././@LongLink"u8.ToArray(), [.. Encoding.UTF8.GetBytes(name), 0])
            .Entry('K', "././@LongLink"u8.ToArray(), [.. Encoding.UTF8.GetBytes(name + "2"), 0])
            .Link("cut", "cut")
            .Entry('L', "././@LongLink"u8.ToArray(), "gnu\0"u8.ToArray())
            .Pax(("path", name + "3"), ("linkpath", name + "4"))
            .Link("cut", "cut"));
        Assert.Equal(["pre/fix/short", name, name + "3"], entries.Select(static e => e.Entry.Path));
        Assert.Equal([name + "2", name + "4"], entries.Skip(1).Select(static e => Encoding.UTF8.GetString(e.Entry.Target)));
    }

    [Fact]
    public void Extended_attributes_and_names_keep_every_byte()
    {
        byte[] capability = [1, 0, 0, 2, 0, 10, (byte)'=', 255, 0, 0, (byte)'\n', 128];
        byte[] name = [0xC3, 0x28, 0xFF, (byte)'x'];
        var entry = Read(new TarBuilder().Pax(("SCHILY.xattr.security.capability", capability), ("SCHILY.xattr.user.a", "b"u8.ToArray())).File("", "", nameBytes: name))[0].Entry;
        Assert.Equal(name, entry.Name);
        Assert.Equal(["security.capability", "user.a"], entry.Attributes.Extended.Select(static a => a.Name));
        Assert.Equal(capability, entry.Attributes.Extended[0].Value.ToArray());
    }

    [Fact]
    public void Numbers_of_pax_and_base_256_go_beyond_octal_ones()
    {
        var entries = Read(new TarBuilder()
            .Pax(("uid", "4000000000"), ("gid", "70000"), ("mtime", "-1.5"))
            .File("a", "")
            .Entry('0', "b"u8.ToArray(), change: static h => new byte[] { 0x80, 0, 0, 0, 0x7F, 0, 0, 1 }.CopyTo(h, 108)));
        var attributes = entries[0].Entry.Attributes;
        Assert.Equal((4_000_000_000u, 70_000u, -2L, 500_000_000), (attributes.UserId, attributes.GroupId, attributes.ModifiedSeconds, attributes.ModifiedNanoseconds));
        Assert.Equal(0x7F000001u, entries[1].Entry.Attributes.UserId);
    }

    [Fact]
    public void What_a_pax_header_says_holds_for_one_entry_only()
    {
        var entries = Read(new TarBuilder().Pax(("uid", "7")).File("a", "").File("b", ""));
        Assert.Equal([7u, 0u], entries.Select(static e => e.Entry.Attributes.UserId));
    }

    [Fact]
    public void Sparse_files_of_each_kind_are_read_with_their_holes()
    {
        var data = "aaaabbbb";
        var entries = Read(new TarBuilder()
            .Entry('S', "old"u8.ToArray(), Encoding.UTF8.GetBytes(data), change: static h => Sparse(h, 386, [(0, 4), (4096, 4), (8192, 0)], 8192))
            .Pax(("GNU.sparse.size", "8192"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.offset", "0"), ("GNU.sparse.numbytes", "4"), ("GNU.sparse.offset", "4096"), ("GNU.sparse.numbytes", "4"))
            .File("pax00", data)
            .Pax(("GNU.sparse.name", "pax01"), ("GNU.sparse.size", "8192"), ("GNU.sparse.map", "0,4,4096,4"))
            .File("GNUSparseFile.0/pax01", data)
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "pax10"), ("GNU.sparse.realsize", "8192"))
            .File("GNUSparseFile.0/pax10", "2\n0\n4\n4096\n4\n".PadRight(512, '\0') + data)
            .File("after", "x"));
        Assert.Equal(["old", "pax00", "pax01", "pax10", "after"], entries.Select(static e => e.Entry.Path));
        foreach (var (entry, content) in entries.Take(4))
        {
            Assert.Equal((8192, 8, data), (entry.Size, entry.DataBytes, content));
            Assert.Equal([new TarExtent(0, 4), new TarExtent(4096, 4)], entry.Extents!.Where(static e => e.Length > 0));
        }
    }

    [Fact]
    public void An_old_sparse_map_goes_on_in_further_blocks()
    {
        var extension = new byte[512];
        Sparse(extension, 0, [(16384, 1), (20480, 1)], null);
        var builder = new TarBuilder().Entry(
            'S', "old"u8.ToArray(), [],
            size: 6,
            change: static h =>
            {
                Sparse(h, 386, [(0, 1), (4096, 1), (8192, 1), (12288, 1)], 20481);
                h[482] = 1;
            });
        var entry = Read(builder.Raw(extension).Raw([.. "abcdef"u8, .. new byte[506]]).File("after", "x"));
        Assert.Equal("abcdef", entry[0].Content);
        Assert.Equal(6, entry[0].Entry.Extents!.Count);
        Assert.Equal("after", entry[1].Entry.Path);
    }

    [Theory]
    [InlineData("0,4,2,4")] // overlap
    [InlineData("0,4,9000,4")] // beyond the end
    [InlineData("0,4")] // less than there is
    [InlineData("0,4,4096")] // odd
    [InlineData("-4,4,4096,4")]
    [InlineData("0,9223372036854775807,1,1")]
    public void A_sparse_map_that_contradicts_itself_is_refused(string map)
    {
        var builder = new TarBuilder().Pax(("GNU.sparse.name", "x"), ("GNU.sparse.size", "8192"), ("GNU.sparse.map", map)).File("x", "aaaabbbb");
        Assert.Throws<InvalidDataException>(() => Read(builder));
    }

    [Fact]
    public void What_was_not_read_of_a_file_is_passed_over()
    {
        var reader = new TarReader(new TarBuilder().File("a", new string('x', 5000)).File("b", "y").Stream());
        Assert.Equal("a", reader.Next()!.Path);
        Assert.Equal("b", reader.Next()!.Path);
        Assert.Null(reader.Next());
    }

    [Fact]
    public void An_archive_ends_with_its_stream_or_with_zeros()
    {
        var bytes = new TarBuilder().File("a", "x").Bytes();
        foreach (var length in new[] { bytes.Length, bytes.Length - 512, bytes.Length - 1024 })
        {
            Assert.Single(Read(new MemoryStream(bytes, 0, length)));
        }

        Assert.Empty(Read(new MemoryStream()));
    }

    [Fact]
    public void An_archive_that_is_cut_is_an_error_wherever_it_is_cut()
    {
        var bytes = new TarBuilder().Pax(("path", "name")).File("a", new string('x', 700)).Bytes();

        // What fills the last file's last block may be missing.
        var end = bytes.Length - 1024 - 324;
        foreach (var length in Enumerable.Range(1, end - 1).Where(static n => n % 512 != 0 || n is not (512 or 1024)))
        {
            Assert.Throws<EndOfStreamException>(() => Read(new MemoryStream(bytes, 0, length)));
        }
    }

    [Fact]
    public void Bytes_that_are_no_archive_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => Read(new MemoryStream(Enumerable.Repeat((byte)7, 1024).ToArray())));
        Assert.Throws<InvalidDataException>(() => Read(new TarBuilder().Entry('0', "a"u8.ToArray(), change: static h => TarBuilder.Octal(h, 124, 12, 0)).Raw(new byte[512]).Raw(Enumerable.Repeat((byte)1, 512).ToArray())));
        Assert.Throws<InvalidDataException>(() => Read(new TarBuilder().Entry('Q', "a"u8.ToArray())));
        Assert.Throws<InvalidDataException>(() => Read(new TarBuilder().Entry('x', "a"u8.ToArray(), "999 path=x\n"u8.ToArray()).File("a", "")));
        Assert.Throws<InvalidDataException>(() => Read(new TarBuilder().Entry('x', "a"u8.ToArray(), "junk"u8.ToArray()).File("a", "")));
        Assert.Throws<InvalidDataException>(() => Read(new TarBuilder().Entry('L', "a"u8.ToArray(), size: 1L << 30)));
    }

    [Fact]
    public void Any_damage_is_an_error_that_a_layer_can_be_refused_for_or_no_error()
    {
        var bytes = new TarBuilder().Pax(("path", "name"), ("SCHILY.xattr.user.a", "b")).File("a", "xyz").Folder("d").Link("l", "t").Bytes();
        var random = new Random(4);
        for (var i = 0; i < 3000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                Read(new MemoryStream(damaged));
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                // What the unpacker turns into an error of the image.
            }
        }
    }

    private static void Sparse(byte[] block, int at, (long Offset, long Length)[] parts, long? realSize)
    {
        foreach (var (offset, length) in parts)
        {
            TarBuilder.Octal(block, at, 12, offset);
            TarBuilder.Octal(block, at + 12, 12, length);
            at += 24;
        }

        if (realSize is { } size)
        {
            TarBuilder.Octal(block, 483, 12, size);
        }
    }

    private static List<(TarEntry Entry, string Content)> Read(TarBuilder builder) => Read(builder.Stream());

    private static List<(TarEntry Entry, string Content)> Read(Stream stream)
    {
        var reader = new TarReader(stream);
        var found = new List<(TarEntry, string)>();
        while (reader.Next() is { } entry)
        {
            var content = new MemoryStream();
            var buffer = new byte[3];
            int count;
            while ((count = reader.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, count);
            }

            found.Add((entry, Encoding.UTF8.GetString(content.ToArray())));
        }

        return found;
    }
}
