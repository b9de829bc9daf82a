using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using MessagePack;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.Tests.Protocol;

public sealed class MessageScannerTests
{
    // Any MessagePack value, nested up to four levels.
    private static readonly Gen<object?> Values = Gen.Recursive<object?>((depth, inner) =>
    {
        var leaf = Gen.OneOf<object?>(
            Gen.Const((object?)null),
            Gen.Bool.Select(b => (object?)b),
            Gen.Long.Select(l => (object?)l),
            Gen.ULong.Select(l => (object?)l),
            Gen.Double.Select(d => (object?)d),
            Gen.String.Select(s => (object?)s),
            Gen.Byte.Array[0, 300].Select(b => (object?)b));
        return depth >= 4 ? leaf : Gen.OneOf(leaf, inner.Array[0, 20].Select(a => (object?)a), inner.Array[0, 5].Select(a => (object?)a.ToDictionary(_ => Guid.NewGuid().ToString())));
    });

    [Fact]
    public void A_value_ends_where_the_reader_says_it_ends_however_the_bytes_arrive()
    {
        Gen.Select(Values, Values, Gen.Int[1, 40]).Sample((first, second, chunk) =>
        {
            var bytes = Encode(first).Concat(Encode(second)).ToArray();
            var firstLength = Encode(first).Length;
            var scanner = new MessageScanner();
            var ends = new List<int>();
            for (var at = 0; at < bytes.Length;)
            {
                var step = Math.Min(chunk, bytes.Length - at);
                var whole = scanner.Feed(bytes.AsSpan(at, step), out var consumed);
                Assert.True(consumed > 0);
                at += consumed;
                if (whole)
                {
                    ends.Add(at);
                }
            }

            Assert.Equal([firstLength, bytes.Length], ends);
        });
    }

    [Fact]
    public void Random_bytes_end_a_message_or_are_refused_and_never_throw_anything_else()
    {
        Gen.Byte.Array[1, 200].Sample(bytes =>
        {
            var scanner = new MessageScanner();
            try
            {
                scanner.Feed(bytes, out var consumed);
                Assert.InRange(consumed, 1, bytes.Length);
            }
            catch (WireException e)
            {
                Assert.NotEmpty(e.Message);
            }
        });
    }

    [Theory]
    [InlineData("dd ff ff ff ff", "claims 4294967295 values")]
    [InlineData("df ff ff ff ff", "claims 8589934590 values")]
    [InlineData("c6 ff ff ff ff", "claims more than 16777216 bytes")]
    [InlineData("db 01 00 00 00", "claims more than 16777216 bytes")]
    [InlineData("c9 ff ff ff ff 01", "claims more than 16777216 bytes")]
    [InlineData("c1", "begins no MessagePack value")]
    public void A_claim_that_cannot_be_kept_is_refused_by_its_header_alone(string hex, string expected)
    {
        var error = Assert.Throws<WireException>(() => new MessageScanner().Feed(Convert.FromHexString(hex.Replace(" ", "")), out _));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void A_depth_bomb_is_refused_one_level_past_the_limit()
    {
        var bomb = Enumerable.Repeat((byte)0x91, 100).ToArray();
        Assert.False(new MessageScanner().Feed(bomb.AsSpan(0, WireLimits.MaxDepth), out _));
        var error = Assert.Throws<WireException>(() => new MessageScanner().Feed(bomb, out _));
        Assert.Contains("deeper than 32", error.Message);
    }

    [Fact]
    public void Many_small_values_are_refused_when_together_they_pass_the_limit()
    {
        // An array of 3 strings of 8 MiB: each fits, all do not.
        var scanner = new MessageScanner();
        var half = new byte[(8 << 20) + 5];
        half[0] = 0xdb;
        half[2] = 0x80;
        scanner.Feed([0x93], out _);
        scanner.Feed(half, out _);
        Assert.Throws<WireException>(() => scanner.Feed(half, out _));
    }

    private static byte[] Encode(object? value)
    {
        var buffer = new ByteBuffer();
        var writer = new MessagePackWriter(buffer);
        Write(ref writer, value);
        writer.Flush();
        return buffer.Written.ToArray();
    }

    private static void Write(ref MessagePackWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNil();
                break;
            case bool b:
                writer.Write(b);
                break;
            case long l:
                writer.Write(l);
                break;
            case ulong l:
                writer.Write(l);
                break;
            case double d:
                writer.Write(d);
                break;
            case string s:
                writer.Write(s);
                break;
            case byte[] b:
                writer.Write(b);
                break;
            case object?[] a:
                writer.WriteArrayHeader(a.Length);
                foreach (var item in a)
                {
                    Write(ref writer, item);
                }

                break;
            case Dictionary<string, object?> m:
                writer.WriteMapHeader(m.Count);
                foreach (var pair in m)
                {
                    writer.Write(pair.Key);
                    Write(ref writer, pair.Value);
                }

                break;
        }
    }
}
