using System;
using System.IO;
using System.Text;

namespace Virt.Agent.Containers;

/// <summary>What a command writes, as much as is worth keeping: the beginning and the end of it.</summary>
internal sealed class BoundedOutput
{
    private readonly int half;
    private readonly MemoryStream head = new();
    private byte[] tail = [];
    private long tailCount;

    /// <param name="half">So many bytes of each of both.</param>
    public BoundedOutput(int half = 512 * 1024) => this.half = half;

    /// <summary>Takes what comes next.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        var first = Math.Min(bytes.Length, half - (int)head.Length);
        head.Write(bytes[..first]);
        if (first < bytes.Length && tail.Length == 0)
        {
            tail = new byte[half];
        }

        foreach (var value in bytes[first..])
        {
            tail[tailCount++ % half] = value;
        }
    }

    /// <summary>All of it, or both parts with a line between them that says how much is missing.</summary>
    public override string ToString()
    {
        var begin = Encoding.UTF8.GetString(head.GetBuffer(), 0, (int)head.Length);
        if (tailCount <= half)
        {
            return tailCount == 0 ? begin : Encoding.UTF8.GetString([.. head.ToArray(), .. tail.AsSpan(0, (int)tailCount)]);
        }

        var at = (int)(tailCount % half);
        return $"{begin}\n... {tailCount - half} bytes are left out ...\n{Encoding.UTF8.GetString([.. tail.AsSpan(at), .. tail.AsSpan(0, at)])}";
    }
}
