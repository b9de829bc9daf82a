using System;
using System.Buffers.Binary;
using System.IO;
using System.Net;
using System.Text;

namespace Virt.Agent.Networks.Addresses;

/// <summary>Answers to DHCP clients (RFC 2131, section 4.3; RFC 2132). An address is a member's for its life: whoever asks again is told the same.</summary>
internal static class DhcpReply
{
    public const byte Offer = 2, Acknowledge = 5, Refuse = 6;

    // A client that hears nothing while an agent is away asks again for half of it (RFC 2131, section 4.4.5).
    private const uint LeaseSeconds = 3600;

    // Clients of BOOTP's time take nothing shorter (RFC 1542, section 2.1).
    private const int LeastSize = 300;
    private const byte BootReply = 2, Ethernet = 1;
    private const byte MaskOption = 1, RouterOption = 3, NameServerOption = 6, HostNameOption = 12, DomainOption = 15, MtuOption = 26, LeaseOption = 51, TypeOption = 53, ServerOption = 54, EndOption = 255;

    /// <summary>What a question is answered with.</summary>
    /// <param name="question">The question.</param>
    /// <param name="place">What the client is to be told; null: it is not known here.</param>
    /// <returns>Null where nothing is said: it asks somebody else, or only tells something.</returns>
    public static byte[]? To(DhcpQuestion question, DhcpPlace? place)
    {
        if (place is null || (question.Server is { } server && !server.Equals(place.Gateway)))
        {
            return null;
        }

        return question.Type switch
        {
            DhcpQuestion.Discover => Make(question, place, Offer, withAddress: true),
            DhcpQuestion.Inform when question.Current.Equals(place.Address) => Make(question, place, Acknowledge, withAddress: false),
            DhcpQuestion.Request when (question.Wanted ?? question.Current).Equals(place.Address) => Make(question, place, Acknowledge, withAddress: true),
            // It remembers an address of another network.
            DhcpQuestion.Request => End(Begin(question, Refuse, place.Gateway)),
            _ => null,
        };
    }

    private static byte[] Make(DhcpQuestion question, DhcpPlace place, byte type, bool withAddress)
    {
        var reply = Begin(question, type, place.Gateway);
        if (withAddress)
        {
            place.Address.TryWriteBytes(reply.GetBuffer().AsSpan(16), out _);
            Add(reply, LeaseOption, Number(LeaseSeconds));
        }

        Add(reply, MaskOption, Number(uint.MaxValue << (32 - place.PrefixLength)));
        if (place.IsRouted)
        {
            Add(reply, RouterOption, place.Gateway.GetAddressBytes());
        }

        Add(reply, NameServerOption, place.Gateway.GetAddressBytes());
        AddText(reply, HostNameOption, place.HostName);
        AddText(reply, DomainOption, place.Domain);
        Add(reply, MtuOption, Number((uint)place.MtuBytes).AsSpan(2));
        return End(reply);
    }

    private static MemoryStream Begin(DhcpQuestion question, byte type, IPAddress gateway)
    {
        var reply = new MemoryStream(LeastSize);
        reply.SetLength(DhcpQuestion.HeaderSize);
        var bytes = reply.GetBuffer();
        bytes[0] = BootReply;
        bytes[1] = Ethernet;
        bytes[2] = DhcpQuestion.HardwareAddressSize;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), question.Transaction);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), question.Flags);
        if (type == Acknowledge)
        {
            question.Current.TryWriteBytes(bytes.AsSpan(12), out _);
        }

        question.Client.GetAddressBytes().CopyTo(bytes, 28);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(236), DhcpQuestion.Cookie);
        reply.Position = DhcpQuestion.HeaderSize;
        Add(reply, TypeOption, [type]);
        Add(reply, ServerOption, gateway.GetAddressBytes());
        return reply;
    }

    private static byte[] End(MemoryStream reply)
    {
        reply.WriteByte(EndOption);
        reply.SetLength(Math.Max(LeastSize, reply.Length));
        return reply.ToArray();
    }

    private static void Add(MemoryStream reply, byte option, ReadOnlySpan<byte> value)
    {
        reply.WriteByte(option);
        reply.WriteByte((byte)value.Length);
        reply.Write(value);
    }

    // A name that hosts cannot have is not told.
    private static void AddText(MemoryStream reply, byte option, string text)
    {
        if (text.Length is > 0 and <= 63 && Array.TrueForAll(text.ToCharArray(), static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            Add(reply, option, Encoding.ASCII.GetBytes(text));
        }
    }

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
