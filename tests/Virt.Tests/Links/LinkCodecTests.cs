using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Virt.Agent.Links;
using Xunit;

namespace Virt.Tests.Links;

public sealed class LinkCodecTests
{
    [Fact]
    public void A_frame_of_any_bytes_and_length_comes_back_as_it_was_and_has_no_zero_in_it()
    {
        Gen.Byte.Select(static b => b < 128 ? (byte)0 : b).Array[0, 2000].Sample(static payload =>
        {
            var bytes = Bytes(LinkFrameKind.Data, ulong.MaxValue - 7, 256, 0x01000000, payload);
            Assert.True(bytes[1..^1].All(static b => b != 0));
            Assert.Equal(["Data 18446744073709551608 256 16777216 " + Convert.ToHexString(payload)], Read(bytes));
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(232)]
    [InlineData(233)]
    [InlineData(234)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(508)]
    [InlineData(LinkCodec.MostPayload)]
    public void Lengths_at_which_a_block_ends_are_no_exception(int length)
    {
        foreach (var fill in new byte[] { 0, 1, 255 })
        {
            var payload = Enumerable.Repeat(fill, length).ToArray();
            Assert.Equal(["Data 1 1 1 " + Convert.ToHexString(payload)], Read(Bytes(LinkFrameKind.Data, 1, 1, 1, payload)));
        }
    }

    [Fact]
    public void A_cut_at_any_byte_loses_that_frame_and_no_other()
    {
        var first = Bytes(LinkFrameKind.Data, 5, 1, 1, [1, 0, 2, 0, 3]);
        var second = Bytes(LinkFrameKind.Close, 5, 2, 1, []);
        for (var cut = 1; cut < first.Length - 1; cut++)
        {
            Assert.Equal(["Close 5 2 1 "], Read([.. first[..cut], .. second]));
            Assert.Equal(["Close 5 2 1 "], Read([.. first[(cut + 1)..], .. second]));
        }
    }

    [Fact]
    public void A_bit_that_is_another_loses_that_frame_and_no_other()
    {
        var first = Bytes(LinkFrameKind.Data, 5, 1, 1, [1, 0, 2, 0, 3]);
        var second = Bytes(LinkFrameKind.Close, 5, 2, 1, []);
        for (var bit = 8; bit < (first.Length - 1) * 8; bit++)
        {
            var changed = first.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(["Close 5 2 1 "], Read([.. changed, .. second]));
        }
    }

    [Fact]
    public void Garbage_of_any_length_is_passed_over_without_room_for_more_than_a_frame()
    {
        var frame = Bytes(LinkFrameKind.Close, 5, 2, 1, []);
        Gen.Byte.Array[0, 3000].Sample(garbage => Assert.Equal("Close 5 2 1 ", Read([.. garbage, .. frame]).Last()), iter: 200);

        var endless = new byte[4 * LinkCodec.MostBytes];
        Array.Fill(endless, (byte)7);
        Assert.Equal(["Close 5 2 1 "], Read([.. endless, .. frame]));
    }

    [Fact]
    public void It_does_not_matter_in_which_pieces_they_come()
    {
        byte[] all = [.. Bytes(LinkFrameKind.Open, 5, 1, 1, [65]), .. Bytes(LinkFrameKind.Data, 5, 2, 1, [0, 0, 0]), .. Bytes(LinkFrameKind.Close, 5, 3, 1, [])];
        for (var size = 1; size < all.Length; size++)
        {
            Assert.Equal(["Open 5 1 1 41", "Data 5 2 1 000000", "Close 5 3 1 "], Read(all, size));
        }
    }

    private static byte[] Bytes(LinkFrameKind kind, ulong session, uint sequence, uint stream, byte[] payload)
    {
        var target = new byte[LinkCodec.MostBytes];
        return target[..LinkCodec.Write(new LinkFrame(kind, session, sequence, stream, payload), new byte[LinkCodec.MostBytes], target)];
    }

    private static List<string> Read(byte[] bytes, int piece = int.MaxValue)
    {
        var found = new List<string>();
        var reader = new LinkReader();
        for (var at = 0; at < bytes.Length; at += Math.Min(piece, bytes.Length))
        {
            reader.Feed(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)), frame => found.Add($"{frame.Kind} {frame.Session} {frame.Sequence} {frame.Stream} {Convert.ToHexString(frame.Payload)}"));
        }

        return found;
    }
}
