using System;
using System.IO;
using System.Text;
using Virt.Agent.Images.Oci;
using Xunit;

namespace Virt.Tests.Images.Oci;

public sealed class DigestTests
{
    // FIPS 180-2, appendix B.1: the message "abc".
    private const string Abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void The_digest_of_some_bytes_is_their_sha256()
    {
        var digest = Digest.Of("abc"u8);
        Assert.Equal(Abc, digest.ToString());
        Assert.Equal("ba7816bf8f01", digest.Short);
        Assert.Equal(Digest.Parse(Abc), digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../../../../etc")]
    [InlineData("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    [InlineData("sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void What_is_no_digest_is_refused(string text)
    {
        Assert.False(Digest.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Digest.Parse(text));
    }

    [Fact]
    public void A_stream_is_hashed_while_it_is_read_and_to_its_end()
    {
        using var stream = new DigestStream(new MemoryStream("abc"u8.ToArray()));
        Assert.Equal('a', stream.ReadByte());
        Assert.Equal(Abc, stream.Finish().ToString());
        Assert.Equal(3, stream.Count);
    }

    [Fact]
    public void A_chain_names_a_layer_and_all_below_it()
    {
        Digest a = Digest.Of("a"u8), b = Digest.Of("b"u8), c = Digest.Of("c"u8);
        Assert.Equal(a, Digest.Chain([a]));
        Assert.Equal(Digest.Of(Encoding.ASCII.GetBytes($"{Digest.Of(Encoding.ASCII.GetBytes($"{a} {b}"))} {c}")), Digest.Chain([a, b, c]));
    }
}
