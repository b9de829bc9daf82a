using System;

namespace Virt.Agent.Links;

/// <summary>What has come for a stream and was not taken yet: a ring that grows up to a limit, so that many small pieces take no more memory than one large one. For one thread at a time.</summary>
/// <param name="most">How many bytes it holds at most.</param>
internal sealed class LinkBuffer(int most)
{
    private const int First = 4096;

    private byte[] ring = [];
    private int start;

    /// <summary>How much memory it takes.</summary>
    public int Capacity => ring.Length;

    /// <summary>How many bytes are in it.</summary>
    public int Count { get; private set; }

    /// <summary>Adds bytes.</summary>
    /// <returns>False: there is no room for them.</returns>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > most - Count)
        {
            return false;
        }

        if (Count + bytes.Length > ring.Length)
        {
            Grow(Count + bytes.Length);
        }

        var at = (start + Count) % ring.Length;
        var first = Math.Min(bytes.Length, ring.Length - at);
        bytes[..first].CopyTo(ring.AsSpan(at));
        bytes[first..].CopyTo(ring);
        Count += bytes.Length;
        return true;
    }

    /// <summary>Takes bytes out, as many as there are and fit.</summary>
    public int Take(Span<byte> target)
    {
        var count = Math.Min(target.Length, Count);
        var first = Math.Min(count, ring.Length - start);
        ring.AsSpan(start, first).CopyTo(target);
        ring.AsSpan(0, count - first).CopyTo(target[first..]);
        Count -= count;
        start = Count == 0 ? 0 : (start + count) % ring.Length;
        return count;
    }

    private void Grow(int needed)
    {
        var size = Math.Max(First, ring.Length);
        while (size < needed)
        {
            size *= 2;
        }

        var larger = new byte[Math.Min(size, most)];
        var count = Take(larger);
        (ring, start, Count) = (larger, 0, count);
    }
}
