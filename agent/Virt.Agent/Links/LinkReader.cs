using System;

namespace Virt.Agent.Links;

/// <summary>Finds the frames in what comes over a link. Takes no more memory than one frame, whatever comes; what is no frame is passed over.</summary>
internal sealed class LinkReader
{
    private readonly byte[] buffer = new byte[LinkCodec.MostBytes];
    private int end;
    private bool isTooLong;

    /// <summary>Takes a frame.</summary>
    public delegate void Take(LinkFrame frame);

    /// <summary>Looks at the next bytes.</summary>
    /// <param name="bytes">What came after the bytes given before.</param>
    /// <param name="take">Is given each frame.</param>
    public void Feed(ReadOnlySpan<byte> bytes, Take take)
    {
        while (bytes.Length > 0)
        {
            var zero = bytes.IndexOf((byte)0);
            var part = zero < 0 ? bytes : bytes[..zero];
            isTooLong |= part.Length > buffer.Length - end;
            if (!isTooLong)
            {
                part.CopyTo(buffer.AsSpan(end));
                end += part.Length;
            }

            if (zero < 0)
            {
                return;
            }

            bytes = bytes[(zero + 1)..];
            var whole = buffer.AsSpan(0, end);
            var isFrame = !isTooLong && end > 0;
            (end, isTooLong) = (0, false);
            if (isFrame && LinkCodec.TryRead(whole, out var frame))
            {
                take(frame);
            }
        }
    }
}
