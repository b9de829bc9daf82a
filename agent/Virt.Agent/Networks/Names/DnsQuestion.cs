using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;

namespace Virt.Agent.Networks.Names;

/// <summary>The one question of a query (RFC 1035, section 4.1).</summary>
/// <param name="Name">Whose records are asked for, in lower case, without a dot at its end.</param>
/// <param name="Type">Which records.</param>
/// <param name="Length">The length of header and question, in bytes.</param>
internal sealed record DnsQuestion(string Name, ushort Type, int Length)
{
    public const ushort A = 1, Ptr = 12, Aaaa = 28, Any = 255;
    public const int HeaderSize = 12;
    private const ushort Internet = 1;

    /// <summary>Reads a message; null where it is no standard query with one question of the class Internet.</summary>
    public static DnsQuestion? Read(ReadOnlySpan<byte> message)
    {
        // QR and OPCODE must be 0, QDCOUNT 1.
        if (message.Length < HeaderSize || (message[2] & 0xF8) != 0 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
        {
            return null;
        }

        var name = new StringBuilder();
        var at = HeaderSize;
        while (true)
        {
            if (at >= message.Length)
            {
                return null;
            }

            int length = message[at++];
            if (length == 0)
            {
                break;
            }

            // A question has no name before it to point to.
            if (length > 63 || at + length > message.Length || name.Length + length > 254)
            {
                return null;
            }

            name.Append(name.Length > 0 ? "." : "").Append(Encoding.Latin1.GetString(message.Slice(at, length)));
            at += length;
        }

        return at + 4 <= message.Length && BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) == Internet
            ? new DnsQuestion(name.ToString().ToLowerInvariant(), BinaryPrimitives.ReadUInt16BigEndian(message[at..]), at + 4)
            : null;
    }

    /// <summary>The address that a reverse lookup asks about (RFC 1035, section 3.5; RFC 3596, section 2.5); null where it is none.</summary>
    public IPAddress? ReversedAddress()
    {
        var labels = Name.Split('.');
        if (Name.EndsWith(".in-addr.arpa", StringComparison.Ordinal) && labels.Length == 6)
        {
            return IPAddress.TryParse(string.Join('.', labels[..4].Reverse()), out var address) ? address : null;
        }

        if (!Name.EndsWith(".ip6.arpa", StringComparison.Ordinal) || labels.Length != 34 || labels[..32].Any(static l => l.Length != 1 || !char.IsAsciiHexDigit(l[0])))
        {
            return null;
        }

        var digits = string.Concat(labels[..32].Reverse());
        return new IPAddress([.. Enumerable.Range(0, 16).Select(i => byte.Parse(digits.AsSpan(i * 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture))]);
    }
}
