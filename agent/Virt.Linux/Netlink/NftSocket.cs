using System;
using System.Collections.Generic;
using System.Text;

namespace Virt.Linux.Netlink;

/// <summary>nftables of the caller's network namespace. May be used from any thread; batches come into force one after another.</summary>
public sealed class NftSocket : IDisposable
{
    private const ushort GetTable = 0x0A01, GetChain = 0x0A04;
    private readonly NetlinkSocket socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, "nftables");

    /// <summary>Brings a batch into force, all of it or, with an error, nothing.</summary>
    /// <exception cref="LinuxException">What the kernel has against it.</exception>
    public void Commit(NftBatch batch)
    {
        if (batch.IsEmpty)
            return;
        lock (socket)
            socket.Commit(batch.End());
    }

    /// <summary>The names of the tables of the family inet.</summary>
    public IReadOnlyList<string> ReadTables()
    {
        var tables = new List<string>();
        lock (socket)
            socket.Ask(GetTable, [1, 0, 0, 0], body => tables.Add(Text(body[4..], 1)));
        return tables;
    }

    /// <summary>All chains of the families ip, ip6 and inet.</summary>
    public IReadOnlyList<NftChain> ReadChains()
    {
        var chains = new List<NftChain>();
        lock (socket)
        {
            // struct nfgenmsg: the family first; NFPROTO_UNSPEC asks for all.
            socket.Ask(GetChain, [0, 0, 0, 0], body =>
            {
                if (body[0] is not (1 or 2 or 10))
                    return;
                var hook = NetlinkSocket.Attribute(body[4..], 4) is { } nest && NetlinkSocket.Attribute(nest, 1) is { Length: 4 } number ? (NftHook?)number[3] : null;
                chains.Add(new NftChain(Text(body[4..], 1), Text(body[4..], 3), hook, NetlinkSocket.Attribute(body[4..], 5) is [0, 0, 0, 0]));
            });
        }
        return chains;
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private static string Text(ReadOnlySpan<byte> attributes, ushort type) => NetlinkSocket.Attribute(attributes, type) is { } bytes ? Encoding.UTF8.GetString(bytes).TrimEnd('\0') : "";
}
