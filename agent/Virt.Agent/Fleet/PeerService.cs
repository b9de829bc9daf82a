using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.Agent.Fleet;

/// <summary>Makes agents of different hosts peers, by a one-time code, and ends that.</summary>
public sealed class PeerService(PeerTable table, Lazy<PeerIdentity> identity, string hostName, string listenAddress, TimeProvider time)
{
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly List<(byte[] Secret, DateTimeOffset Expiry)> codes = [];

    /// <summary>Gives a one-time code.</summary>
    /// <exception cref="VirtException">InvalidArgument: a lifetime out of range. NotSupported: this agent listens for no peers.</exception>
    public Task<VirtPeerCode> NewCodeAsync(NewVirtPeerCode request, Call call)
    {
        if (listenAddress.Length == 0)
        {
            throw new VirtException(ErrorCode.NotSupported, "NoPeerListener", $"Cannot make a peer code on host '{hostName}': its agent listens for no peers.", hostName, "Start virt-agent with --peer-listen ADDRESS:7711.");
        }

        if (request.Lifetime < TimeSpan.FromMinutes(1) || request.Lifetime > LongestLifetime)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "BadLifetime", $"Cannot make a peer code: its lifetime is {request.Lifetime}; a minute to a day is allowed.", action: "New-VirtPeerCode -Lifetime 00:10:00");
        }

        var code = PeerCode.New(identity.Value.Fingerprint);
        var expiry = time.GetUtcNow() + request.Lifetime;
        if (!call.WhatIf)
        {
            lock (gate)
            {
                codes.Add((code.Secret, expiry));
            }
        }

        return Task.FromResult(new VirtPeerCode { Code = code.ToString(), Address = listenAddress, ExpiryTime = expiry });
    }

    /// <summary>Connects to the agent that made a code; afterwards each trusts the other.</summary>
    /// <exception cref="VirtException">See <see cref="PeerCode.Parse"/>, <see cref="PeerChannel.ConnectAsync"/>; Unauthenticated: the code is used up.</exception>
    public async Task<VirtPeer> AddAsync(AddVirtPeer request, Call call)
    {
        call.WorksOn(request.Address);
        var address = PeerAddress.Parse(request.Address);
        var code = PeerCode.Parse(request.Code);
        if (code.Fingerprint.AsSpan().SequenceEqual(identity.Value.Fingerprint))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "PeerIsSelf", $"Cannot add peer '{request.Address}': the code is this agent's own.", request.Address, "Run New-VirtPeerCode on the other host.");
        }

        var stream = await PeerChannel.ConnectAsync(identity.Value, address, code.Fingerprint, PeerChannel.MessageProtocol, call.Cancellation).ConfigureAwait(false);
        if (call.WhatIf)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return new VirtPeer { Address = address.ToString(), Fingerprint = Convert.ToHexString(code.Fingerprint) };
        }

        // The client is synchronous and must not hold one of the pool's few threads for the length of a call.
        var introduction = new PeerIntroduction { Secret = code.Secret, Name = hostName, Address = listenAddress };
        var other = await Task.Factory.StartNew(
            () =>
            {
                using var client = VirtClient.Connect(stream, VirtEndpoint.Parse("ssh://" + address.Host), $"virt-agent/{hostName}");
                return client.Invoke(Methods.IntroducePeer, introduction, cancellation: call.Cancellation);
            },
            call.Cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
        return Keep(other.Name, address.ToString(), code.Fingerprint);
    }

    /// <summary>Takes an agent that brings the secret of a code as a peer.</summary>
    /// <param name="request">What it says of itself.</param>
    /// <param name="fingerprint">The certificate that it showed.</param>
    /// <param name="from">The address it came from, where it listens at all of its own; null: not known.</param>
    /// <exception cref="VirtException">Unauthenticated: no code has that secret, or it was used, or is too old.</exception>
    public VirtPeer Introduce(PeerIntroduction request, byte[] fingerprint, IPAddress? from = null)
    {
        if (!Take(request.Secret))
        {
            throw new VirtException(ErrorCode.Unauthenticated, "PeerCodeRefused", $"Cannot add host '{hostName}' as a peer: the code is wrong, used or too old.", hostName, "New-VirtPeerCode there gives a new one.");
        }

        Keep(request.Name, Reachable(request.Address, from), fingerprint);
        return new VirtPeer { Name = hostName, Address = listenAddress, Fingerprint = Convert.ToHexString(identity.Value.Fingerprint) };
    }

    /// <summary>Lists peers.</summary>
    public Task<VirtPeerList> GetAsync(GetVirtPeer request, Call call)
    {
        var all = table.Load();
        if (request.Names.Length == 0)
        {
            return Task.FromResult(new VirtPeerList { Items = [.. all] });
        }

        return Task.FromResult(new VirtPeerList
        {
            Items = [.. all.Where(peer => request.Names.Any(name => NamePattern.Matches(name, peer.Name)))],
            Errors = [.. request.Names.Where(name => !NamePattern.IsPattern(name) && !all.Any(peer => NamePattern.Matches(name, peer.Name))).Select(name => Missing("get", name, all).ToInfo())],
        });
    }

    /// <summary>Ends the trust in a peer on this side.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public Task<Nothing> RemoveAsync(RemoveVirtPeer request, Call call)
    {
        var all = table.Load();
        var peer = all.FirstOrDefault(p => string.Equals(p.Name, request.Name, StringComparison.OrdinalIgnoreCase)) ?? throw Missing("remove", request.Name, all);
        if (!call.WhatIf)
        {
            table.Delete(peer.Fingerprint);
        }

        return Task.FromResult(new Nothing());
    }

    /// <summary>The peer with this certificate; null where it is none.</summary>
    public VirtPeer? Find(byte[] fingerprint)
    {
        var text = Convert.ToHexString(fingerprint);
        return table.Load().FirstOrDefault(peer => peer.Fingerprint == text);
    }

    /// <summary>The peer of this name.</summary>
    /// <param name="verb">What it is wanted for, such as <c>move to</c>.</param>
    /// <param name="name">Its name, whatever its case.</param>
    /// <exception cref="VirtException">NotFound.</exception>
    public VirtPeer FindByName(string verb, string name)
    {
        var all = table.Load();
        return all.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw Missing(verb, name, all);
    }

    /// <summary>Connects to a peer.</summary>
    /// <param name="peer">Which one.</param>
    /// <param name="protocol">What for: see <see cref="PeerChannel"/>.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="VirtException">See <see cref="PeerChannel.ConnectAsync"/>; NotSupported: it listens for no peers.</exception>
    public Task<PeerStream> ConnectAsync(VirtPeer peer, SslApplicationProtocol protocol, CancellationToken cancellation) => peer.Address.Length == 0
        ? throw new VirtException(ErrorCode.NotSupported, "NoPeerListener", $"Cannot reach peer '{peer.Name}': its agent listens for no peers.", peer.Name, "Start virt-agent there with --peer-listen ADDRESS:7711, and pair the two again.")
        : PeerChannel.ConnectAsync(identity.Value, PeerAddress.Parse(peer.Address), Convert.FromHexString(peer.Fingerprint), protocol, cancellation);

    /// <summary>Where this agent listens for peers; empty: nowhere.</summary>
    public string ListenAddress => listenAddress;

    /// <summary>This host's name.</summary>
    public string HostName => hostName;

    // One that listens at 0.0.0.0 is reached where it came from.
    private static string Reachable(string address, IPAddress? from)
    {
        if (address.Length == 0 || from is null)
        {
            return address;
        }

        var (host, port) = PeerAddress.Parse(address);
        return IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
            ? new PeerAddress((from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from).ToString(), port).ToString()
            : address;
    }

    private static VirtException Missing(string verb, string name, IReadOnlyList<VirtPeer> all)
    {
        var nearest = NearestName.Of(name, all.Select(peer => peer.Name));
        var hint = nearest is null ? "" : $"; did you mean '{nearest}'?";
        return new VirtException(ErrorCode.NotFound, "PeerNotFound", $"Cannot {verb} peer '{name}': no peer has that name{(nearest is null ? "." : hint)}", name, all.Count == 0 ? $"Add-VirtPeer {name}" : "Get-VirtPeer");
    }

    private VirtPeer Keep(string name, string address, byte[] fingerprint)
    {
        ResourceName.Check("add", "peer", name);
        var peer = new VirtPeer { Name = name, Address = address, Fingerprint = Convert.ToHexString(fingerprint), AddedTime = time.GetUtcNow() };
        if (!table.TrySave(peer))
        {
            throw new VirtException(ErrorCode.AlreadyExists, "PeerNameTaken", $"Cannot add peer '{name}': another peer has that name.", name, $"Remove-VirtPeer {name}, or start one of the agents with --name.");
        }

        return peer;
    }

    // A secret is good once. All are compared, in constant time, so that an answer's delay tells nothing.
    private bool Take(byte[] secret)
    {
        lock (gate)
        {
            codes.RemoveAll(code => code.Expiry <= time.GetUtcNow());
            var found = codes.FindIndex(code => CryptographicOperations.FixedTimeEquals(code.Secret, secret));
            if (found >= 0)
            {
                codes.RemoveAt(found);
            }

            return found >= 0;
        }
    }
}
