using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;

namespace Virt.Agent.Networks.Addresses;

/// <summary>What a client asks by DHCP (RFC 2131, section 2; RFC 2132).</summary>
/// <param name="Type">Which message it is.</param>
/// <param name="Transaction">Its number, by which the client knows the answer.</param>
/// <param name="Flags">Its flags, which go back as they came.</param>
/// <param name="Client">The hardware address that asks.</param>
/// <param name="Current">The address that it has; all zeros: none yet.</param>
/// <param name="Wanted">The address that it would like to have; null: any.</param>
/// <param name="Server">The server whose offer it takes; null: it names none.</param>
internal sealed record DhcpQuestion(byte Type, uint Transaction, ushort Flags, PhysicalAddress Client, IPAddress Current, IPAddress? Wanted, IPAddress? Server)
{
    public const byte Discover = 1, Request = 3, Inform = 8;
    public const int HeaderSize = 240, HardwareAddressSize = 6;
    public const uint Cookie = 0x63825363;
    private const byte BootRequest = 1, Ethernet = 1, Pad = 0, End = 255, WantedOption = 50, TypeOption = 53, ServerOption = 54;

    /// <summary>Reads a message; null where it is no question of an Ethernet client, or came through a relay.</summary>
    public static DhcpQuestion? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderSize || message[0] != BootRequest || message[1] != Ethernet || message[2] != HardwareAddressSize
            || BinaryPrimitives.ReadUInt32BigEndian(message[236..]) != Cookie || BinaryPrimitives.ReadUInt32BigEndian(message[24..]) != 0)
        {
            return null;
        }

        byte type = 0;
        IPAddress? wanted = null, server = null;
        for (var at = HeaderSize; at < message.Length && message[at] != End;)
        {
            if (message[at] == Pad)
            {
                at++;
                continue;
            }

            if (at + 2 > message.Length || at + 2 + message[at + 1] > message.Length)
            {
                return null;
            }

            var value = message.Slice(at + 2, message[at + 1]);
            switch (message[at])
            {
                case TypeOption when value.Length == 1:
                    type = value[0];
                    break;
                case WantedOption when value.Length == 4:
                    wanted = new IPAddress(value);
                    break;
                case ServerOption when value.Length == 4:
                    server = new IPAddress(value);
                    break;
            }

            at += 2 + value.Length;
        }

        return new DhcpQuestion(
            type,
            BinaryPrimitives.ReadUInt32BigEndian(message[4..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[10..]),
            new PhysicalAddress(message.Slice(28, HardwareAddressSize).ToArray()),
            new IPAddress(message.Slice(12, 4)),
            wanted,
            server);
    }
}
