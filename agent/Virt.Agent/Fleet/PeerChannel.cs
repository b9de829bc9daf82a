using System;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>Encrypted and mutually authenticated streams between agents: TLS 1.3, both sides show their certificate, trust is by fingerprint.</summary>
public static class PeerChannel
{
    /// <summary>What a connection says by ALPN that carries one stream of a move and no messages: its first 16 bytes name the stream (docs/adr/0008).</summary>
    public static readonly SslApplicationProtocol StreamProtocol = new("virt-stream");

    /// <summary>What a connection says by ALPN that carries messages; also where it says nothing.</summary>
    public static readonly SslApplicationProtocol MessageProtocol = new("virt-message");

    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    // A link that is cut, where packets just vanish, is noticed after this long.
    private const int DeadAfterSeconds = 5;

    /// <summary>Connects to an agent that must have this fingerprint.</summary>
    /// <param name="own">Who we are.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="fingerprint">Who must answer.</param>
    /// <param name="protocol">What the connection is for.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="VirtException">Unavailable: nobody answers. Unauthenticated: somebody else answers, or it does not know us.</exception>
    public static async Task<PeerStream> ConnectAsync(PeerIdentity own, PeerAddress address, byte[] fingerprint, SslApplicationProtocol protocol, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeLimit);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Watch(socket);
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, limit.Token).ConfigureAwait(false);
            var tls = new PeerStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "virt-agent",
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ApplicationProtocols = [protocol],
                    ClientCertificates = [own.Certificate],
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                        certificate is not null && CryptographicOperations.FixedTimeEquals(PeerIdentity.Of(certificate), fingerprint),
                },
                limit.Token).ConfigureAwait(false);
            return tls;
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw Translate(address, e, cancellation);
        }
    }

    /// <summary>Answers an agent that has connected, whoever it is; the caller decides by its fingerprint.</summary>
    /// <exception cref="AuthenticationException">It speaks no TLS 1.3 or shows no certificate.</exception>
    public static async Task<(PeerStream Stream, byte[] Fingerprint)> AcceptAsync(PeerIdentity own, Stream stream, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeLimit);
        var tls = new PeerStream(stream);
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ApplicationProtocols = [MessageProtocol, StreamProtocol],
                    ServerCertificate = own.Certificate,
                    ClientCertificateRequired = true,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
                },
                limit.Token).ConfigureAwait(false);
            return (tls, PeerIdentity.Of(tls.RemoteCertificate!));
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets a socket between agents send at once, and notice within seconds that nobody is at its other end any more. Source: tcp(7).</summary>
    public static void Watch(Socket socket)
    {
        const int Tcp = 6, UserTimeout = 18;
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, DeadAfterSeconds - 1);
        socket.SetRawSocketOption(Tcp, UserTimeout, BitConverter.GetBytes(DeadAfterSeconds * 1000));
    }

    private static Exception Translate(PeerAddress address, Exception e, CancellationToken cancellation) => e switch
    {
        OperationCanceledException when !cancellation.IsCancellationRequested => new VirtException(
            ErrorCode.Timeout, "PeerTimeout", $"Cannot reach the agent at '{address}': it did not answer within {HandshakeLimit.TotalSeconds} s.", address.ToString(), "Check the network and the firewall between the hosts.", e),
        SocketException socket => new VirtException(
            ErrorCode.Unavailable, "PeerUnavailable", $"Cannot reach the agent at '{address}': {socket.Message}.", address.ToString(), "Start virt-agent there with --peer-listen.", e),
        AuthenticationException or IOException => new VirtException(
            ErrorCode.Unauthenticated, "PeerNotTrusted", $"Cannot trust who answers at '{address}': it is not the agent that was paired.", address.ToString(), "New-VirtPeerCode there, then Add-VirtPeer here.", e),
        _ => e,
    };
}
