using System;

namespace Virt.Protocol.Wire;

/// <summary>
/// Finds where a MessagePack value ends, fed with bytes as they arrive. MessagePack-RPC has no length in front of a message, so the end
/// must be found by its structure; this does so without looking at any byte twice and without memory beyond its own small stack.
/// Source: https://github.com/msgpack/msgpack/blob/master/spec.md
/// </summary>
public sealed class MessageScanner
{
    // How many values are still to come at each level; the message itself is level 0.
    private readonly long[] pending = new long[WireLimits.MaxDepth + 1];
    private int level;
    private long payloadLeft;
    private int lengthBytesLeft;
    private ulong length;
    private byte code;

    /// <summary>Makes a scanner that awaits the first byte of a message.</summary>
    public MessageScanner() => Reset();

    /// <summary>How many bytes of the present message have been seen.</summary>
    public long Seen { get; private set; }

    /// <summary>Looks at the next bytes and stops behind the end of the message.</summary>
    /// <param name="bytes">What came after the bytes given before.</param>
    /// <param name="consumed">How many of them belong to this message.</param>
    /// <returns>True when the message is whole; the scanner is then ready for the next one.</returns>
    /// <exception cref="WireException">The bytes claim more than a message may hold, nest too deep or are no MessagePack.</exception>
    public bool Feed(ReadOnlySpan<byte> bytes, out int consumed)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            if (payloadLeft > 0)
            {
                var step = (int)Math.Min(payloadLeft, bytes.Length - at);
                at += step;
                Seen += step;
                payloadLeft -= step;
                if (payloadLeft > 0)
                {
                    break;
                }
            }
            else if (lengthBytesLeft > 0)
            {
                length = (length << 8) | bytes[at++];
                Seen++;
                if (--lengthBytesLeft > 0 || !TakeLength())
                {
                    continue;
                }
            }
            else
            {
                code = bytes[at++];
                Seen++;
                if (!TakeCode())
                {
                    continue;
                }
            }

            if (EndValue())
            {
                consumed = at;
                Reset();
                return true;
            }
        }

        consumed = at;
        return false;
    }

    /// <summary>Forgets a half-seen message.</summary>
    public void Reset()
    {
        level = 0;
        pending[0] = 1;
        payloadLeft = 0;
        lengthBytesLeft = 0;
        length = 0;
        Seen = 0;
    }

    // Returns true when the value ended with this byte.
    private bool TakeCode()
    {
        if (code <= 0x7f || code >= 0xe0 || code is 0xc0 or 0xc2 or 0xc3)
        {
            return true;
        }

        if (code <= 0x8f)
        {
            return Open((code & 0x0f) * 2L);
        }

        if (code <= 0x9f)
        {
            return Open(code & 0x0f);
        }

        if (code <= 0xbf)
        {
            return Payload(code & 0x1f);
        }

        switch (code)
        {
            case 0xc4 or 0xc7 or 0xd9:
                return Length(1);
            case 0xc5 or 0xc8 or 0xda or 0xdc or 0xde:
                return Length(2);
            case 0xc6 or 0xc9 or 0xdb or 0xdd or 0xdf:
                return Length(4);
            case 0xcc or 0xd0:
                return Payload(1);
            case 0xcd or 0xd1:
                return Payload(2);
            case 0xca or 0xce or 0xd2:
                return Payload(4);
            case 0xcb or 0xcf or 0xd3:
                return Payload(8);
            case 0xd4 or 0xd5 or 0xd6 or 0xd7 or 0xd8:
                return Payload(1 + (1 << (code - 0xd4)));
            default:
                throw new WireException($"Byte 0x{code:x2} begins no MessagePack value.");
        }
    }

    private bool Length(int bytes)
    {
        lengthBytesLeft = bytes;
        length = 0;
        return false;
    }

    private bool TakeLength() => code switch
    {
        0xdc or 0xdd => Open((long)length),
        0xde or 0xdf => Open((long)length * 2),
        0xc7 or 0xc8 or 0xc9 => Payload((long)length + 1),
        _ => Payload((long)length),
    };

    private bool Payload(long bytes)
    {
        if (Seen + bytes > WireLimits.MaxMessageBytes)
        {
            throw new WireException($"The message claims more than {WireLimits.MaxMessageBytes} bytes.");
        }

        payloadLeft = bytes;
        return bytes == 0;
    }

    private bool Open(long values)
    {
        // Each value takes a byte at least: a count that cannot be kept is refused before anyone allocates for it.
        if (Seen + values > WireLimits.MaxMessageBytes)
        {
            throw new WireException($"The message claims {values} values, more than fit into {WireLimits.MaxMessageBytes} bytes.");
        }

        if (values == 0)
        {
            return true;
        }

        if (++level > WireLimits.MaxDepth)
        {
            throw new WireException($"The message nests deeper than {WireLimits.MaxDepth} levels.");
        }

        pending[level] = values;
        return false;
    }

    // A value has ended: closes every container that it completes. Returns true when the message itself has ended.
    private bool EndValue()
    {
        while (--pending[level] == 0)
        {
            if (level-- == 0)
            {
                return true;
            }
        }

        if (Seen >= WireLimits.MaxMessageBytes)
        {
            throw new WireException($"The message is larger than {WireLimits.MaxMessageBytes} bytes.");
        }

        return false;
    }
}
