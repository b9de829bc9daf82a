using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class SavedMemoryTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();
    private readonly byte[] whole;

    public SavedMemoryTests()
    {
        // As QEMU ends it: no more sections, the mark, the length, the text.
        var text = Encoding.ASCII.GetBytes("""{"page_size": 4096, "devices": [{"name": "a"}]}""");
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
        whole = [.. "QEVM"u8, 0, 0, 0, 3, .. new byte[5000], 6, 6, 0, 6, .. length, .. text];
    }

    public void Dispose() => File.Delete(path);

    [Fact]
    public void A_whole_one_has_nothing_wrong() => Assert.Null(Look(whole, whole.Length));

    [Fact]
    public void One_that_was_cut_off_is_found_by_its_length_or_its_end()
    {
        var cut = whole[..^20];
        Assert.Equal($"it has {cut.Length} bytes instead of {whole.Length}", Look(cut, whole.Length));
        Assert.Equal("its end is missing", Look(cut, cut.Length));
        Assert.Equal("its end is missing", Look([.. whole, (byte)'}'], whole.Length + 1));
    }

    [Fact]
    public void One_that_begins_otherwise_is_none()
    {
        Assert.Equal("it does not begin as QEMU writes it", Look([.. "QEVN"u8, .. whole[4..]], whole.Length));
        Assert.Equal("it does not begin as QEMU writes it", Look([], 0));
    }

    [Fact]
    public void Of_one_whose_length_was_not_written_down_only_the_head_is_looked_at() => Assert.Null(Look(whole[..100], 0));

    [Fact]
    public void One_that_is_gone_says_so()
    {
        File.Delete(path);
        Assert.Contains(path, SavedMemory.WhatIsWrong(path, 5));
    }

    private string? Look(byte[] content, long bytes)
    {
        File.WriteAllBytes(path, content);
        return SavedMemory.WhatIsWrong(path, bytes);
    }
}
