using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text;

namespace Virt.Agent.Networks.Names;

/// <summary>Answers to a query (RFC 1035, section 4.1). Each is short enough for a datagram of 512 bytes.</summary>
internal static class DnsReply
{
    public const byte NoError = 0, ServerFailure = 2, NoSuchName = 3;
    private const int Most = 16;
    private const uint SecondsToLive = 1;

    /// <summary>The addresses of a name, of the family that is asked for.</summary>
    public static byte[] Addresses(ReadOnlySpan<byte> query, DnsQuestion question, IEnumerable<IPAddress> addresses)
    {
        var records = new List<(ushort Type, byte[] Data)>();
        foreach (var address in addresses)
        {
            var bytes = address.GetAddressBytes();
            var type = bytes.Length == 4 ? DnsQuestion.A : DnsQuestion.Aaaa;
            if (records.Count < Most && (question.Type == type || question.Type == DnsQuestion.Any))
            {
                records.Add((type, bytes));
            }
        }

        return Make(query, question, NoError, records);
    }

    /// <summary>The name of an address.</summary>
    public static byte[] Name(ReadOnlySpan<byte> query, DnsQuestion question, string name)
    {
        var data = new MemoryStream();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var bytes = Encoding.Latin1.GetBytes(label);
            data.WriteByte((byte)Math.Min(63, bytes.Length));
            data.Write(bytes, 0, Math.Min(63, bytes.Length));
        }

        data.WriteByte(0);
        return Make(query, question, NoError, question.Type is DnsQuestion.Ptr or DnsQuestion.Any ? [(DnsQuestion.Ptr, data.ToArray())] : []);
    }

    /// <summary>An answer without records.</summary>
    public static byte[] Empty(ReadOnlySpan<byte> query, DnsQuestion question, byte code) => Make(query, question, code, []);

    private static byte[] Make(ReadOnlySpan<byte> query, DnsQuestion question, byte code, List<(ushort Type, byte[] Data)> records)
    {
        var reply = new MemoryStream();
        reply.Write(query[..question.Length]);
        var bytes = reply.GetBuffer();
        bytes[2] = (byte)(0x84 | (query[2] & 1)); // a response, authoritative, with the asker's wish for recursion
        bytes[3] = (byte)(0x80 | code); // recursion is to be had
        bytes.AsSpan(6, 6).Clear(); // no other records, also where the query had some (EDNS)
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)records.Count);
        Span<byte> header = stackalloc byte[12];
        foreach (var (type, data) in records)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header, 0xC000 | DnsQuestion.HeaderSize); // the name stands in the question
            BinaryPrimitives.WriteUInt16BigEndian(header[2..], type);
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], 1);
            BinaryPrimitives.WriteUInt32BigEndian(header[6..], SecondsToLive);
            BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)data.Length);
            reply.Write(header);
            reply.Write(data);
        }

        return reply.ToArray();
    }
}
