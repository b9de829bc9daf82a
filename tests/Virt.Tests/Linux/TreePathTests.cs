using System.Text;
using Virt.Linux.Files;
using Xunit;

namespace Virt.Tests.Linux;

public sealed class TreePathTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("./a//b/", "a/b")]
    [InlineData("/etc/passwd", "etc/passwd")]
    [InlineData("a/../b", "b")]
    [InlineData("a/./../../b", null)]
    [InlineData("../a", null)]
    [InlineData("..", null)]
    [InlineData("/..", null)]
    [InlineData("...", "...")]
    [InlineData("./", "")]
    [InlineData("", "")]
    [InlineData("a\0b", null)]
    public void A_name_becomes_a_path_below_the_folder_or_none(string name, string? path)
    {
        Assert.Equal(path, TreePath.Clean(Encoding.UTF8.GetBytes(name)) is { } clean ? Encoding.UTF8.GetString(clean) : null);
    }

    [Fact]
    public void Bytes_that_are_no_text_stay()
    {
        Assert.Equal([0xFF, (byte)'/', 0x80], TreePath.Clean([0xFF, (byte)'/', (byte)'/', 0x80]));
    }
}
