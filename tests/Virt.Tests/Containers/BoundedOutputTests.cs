using System.Linq;
using System.Text;
using Virt.Agent.Containers;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class BoundedOutputTests
{
    [Theory]
    [InlineData(0, "")]
    [InlineData(3, "012")]
    [InlineData(4, "0123")]
    [InlineData(8, "01234567")]
    [InlineData(9, "0123\n... 1 bytes are left out ...\n5678")]
    [InlineData(23, "0123\n... 15 bytes are left out ...\n9012")]
    public void The_beginning_and_the_end_are_kept(int count, string expected)
    {
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, count).Select(n => n % 10)));
        foreach (var chunk in new[] { 1, 3, 100 })
        {
            var output = new BoundedOutput(4);
            foreach (var part in bytes.Chunk(chunk))
            {
                output.Write(part);
            }

            Assert.Equal(expected, output.ToString());
        }
    }

    [Fact]
    public void A_letter_that_lies_across_the_middle_stays_whole()
    {
        var output = new BoundedOutput(4);
        output.Write(Encoding.UTF8.GetBytes("abcü"));
        Assert.Equal("abcü", output.ToString());
    }
}
