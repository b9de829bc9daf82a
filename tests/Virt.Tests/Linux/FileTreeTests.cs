using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Win32.SafeHandles;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Mounts;
using Xunit;

namespace Virt.Tests.Linux;

/// <summary>A tree's entries and its digest.</summary>
public sealed class FileTreeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("vt-tree-").FullName;

    public FileTreeTests()
    {
        Directory.CreateDirectory(At("b/c"));
        File.WriteAllText(At("b/c/file"), "content");
        File.WriteAllText(At("b-"), "");
        File.CreateSymbolicLink(At("a"), "/nowhere");
    }

    public static TheoryData<string, Action<string>> Changes => new()
    {
        { "content", path => File.WriteAllText(Path.Combine(path, "b/c/file"), "Content") },
        { "permission", path => File.SetUnixFileMode(Path.Combine(path, "b/c"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute) },
        { "name", path => File.Move(Path.Combine(path, "b-"), Path.Combine(path, "b+")) },
        { "link", path => { File.Delete(Path.Combine(path, "a")); File.CreateSymbolicLink(Path.Combine(path, "a"), "/nowhere!"); } },
        { "more", path => Directory.CreateDirectory(Path.Combine(path, "z")) },
        { "less", path => File.Delete(Path.Combine(path, "b-")) },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Entries_come_in_order_each_folder_before_what_is_in_it()
    {
        var entries = FileTree.Entries(folder);
        Assert.Equal(["a", "b", "b/c", "b/c/file", "b-"], entries.Select(static e => e.Path));
        Assert.Equal("link folder folder file file", string.Join(' ', entries.Select(static e => e.IsLink ? "link" : e.IsFolder ? "folder" : e.IsFile ? "file" : "?")));
        Assert.Equal(7, entries[3].Size);
    }

    [Fact]
    public void Times_do_not_matter_to_the_digest_and_what_it_stands_on_does()
    {
        var before = Digest("x");
        File.SetLastWriteTimeUtc(At("b/c/file"), DateTime.UnixEpoch);
        Assert.Equal(before, Digest("x"));
        Assert.NotEqual(before, Digest("y"));
        Assert.Matches("^[0-9a-f]{64}$", before);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Everything_else_does(string what, Action<string> change)
    {
        var before = Digest("x");
        change(folder);
        Assert.True(before != Digest("x"), what);
    }

    [Fact]
    public void By_times_a_file_that_was_touched_is_another()
    {
        var before = TreeDigest.ComputeByTimes(FileTree.Entries(folder), "x");
        Assert.Equal(before, TreeDigest.ComputeByTimes(FileTree.Entries(folder), "x"));
        File.SetLastWriteTimeUtc(At("b/c/file"), DateTime.UnixEpoch);
        Assert.NotEqual(before, TreeDigest.ComputeByTimes(FileTree.Entries(folder), "x"));
    }

    [Fact]
    public void An_entry_is_removed_by_its_name_and_a_folder_only_when_it_is_empty()
    {
        var entries = FileTree.Entries(folder).ToDictionary(static e => e.Path);
        Assert.False(FileTree.TryDelete(folder, entries["b"]));
        Assert.True(FileTree.TryDelete(folder, entries["b/c/file"]) && FileTree.TryDelete(folder, entries["b/c"]) && FileTree.TryDelete(folder, entries["b"]));
        Assert.Null(FileTree.Entry(folder, entries["b/c"].Name.Span));
        Assert.Equal(["a", "b-"], FileTree.Entries(folder).Select(static e => e.Path));
    }

    [Fact]
    public void Before_Linux_6_8_lower_folders_stand_in_one_value_or_in_a_page()
    {
        using var handle = new SafeFileHandle(7, ownsHandle: false);
        IReadOnlyList<SafeFileHandle> Folders(int count) => [.. Enumerable.Repeat(handle, count)];
        Assert.Equal("/proc/self/fd/7:/proc/self/fd/7", DetachedMount.Joined(Folders(3), 2));
        Assert.Equal(Errno.E2BIG, Assert.Throws<LinuxException>(() => DetachedMount.OverAtPlace([new("lowerdir", DetachedMount.Joined(Folders(300), 300))], MountAttributes.ReadOnly)).Errno);
    }

    private string At(string name) => Path.Combine(folder, name);

    private string Digest(string seed) => TreeDigest.Compute(folder, FileTree.Entries(folder), seed);
}
