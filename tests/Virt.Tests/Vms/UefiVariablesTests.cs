using System;
using System.IO;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class UefiVariablesTests : IDisposable
{
    private const int Flash = 64 << 20;

    private readonly string folder = Directory.CreateTempSubdirectory("nvram-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_zero_is_copied_as_a_hole()
    {
        var bytes = new byte[Flash];
        (bytes[1], bytes[Flash / 2], bytes[^1]) = (1, 2, 3);
        File.WriteAllBytes(Path("a"), bytes);
        UefiVariables.Copy(Path("a"), Path("b"));
        Assert.Equal(bytes, File.ReadAllBytes(Path("b")));
        Assert.InRange(Blocks(Path("b")), 1, Flash / 8);
    }

    [Fact]
    public void A_copy_replaces_only_where_it_may_and_whole()
    {
        File.WriteAllBytes(Path("a"), [1, 2, 3]);
        File.WriteAllBytes(Path("b"), [9, 9, 9, 9, 9]);
        Assert.ThrowsAny<IOException>(() => UefiVariables.Copy(Path("a"), Path("b")));
        Assert.Equal(5, new FileInfo(Path("b")).Length);
        UefiVariables.Copy(Path("a"), Path("b"), overwrite: true);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path("b")));
    }

    [Theory]
    [InlineData(540672, 540672)] // of x64: whole, as agents that know no length want it
    [InlineData(Flash, 101)]
    public void What_is_sent_is_without_the_zeros_at_the_end_and_comes_to_the_same(int length, int sent)
    {
        var bytes = new byte[length];
        bytes[100] = 1;
        File.WriteAllBytes(Path("a"), bytes);
        var read = UefiVariables.Read(Path("a"));
        Assert.Equal(sent, read.Length);
        UefiVariables.Write(Path("b"), read, length);
        Assert.Equal(bytes, File.ReadAllBytes(Path("b")));
    }

    [Fact]
    public void Whoever_says_no_length_has_sent_all()
    {
        UefiVariables.Write(Path("a"), [1, 0], 0);
        Assert.Equal([1, 0], File.ReadAllBytes(Path("a")));
    }

    [Fact]
    public void Nothing_but_zeros_is_nothing_to_send()
    {
        File.WriteAllBytes(Path("a"), new byte[Flash]);
        Assert.Empty(UefiVariables.Read(Path("a")));
    }

    private static long Blocks(string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return long.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture) * 512;
    }

    private string Path(string name) => System.IO.Path.Combine(folder, name);
}
