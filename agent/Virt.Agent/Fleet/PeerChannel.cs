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
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    /// <summary>Connects to an agent that must have this fingerprint.</summary>
    /// <exception cref="VirtException">Unavailable: nobody answers. Unauthenticated: somebody else answers, or it does not know us.</exception>
    public static async Task<SslStream> ConnectAsync(PeerIdentity own, PeerAddress address, byte[] fingerprint, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeLimit);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, limit.Token).ConfigureAwait(false);
            var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "virt-agent",
                    EnabledSslProtocols = SslProtocols.Tls13,
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
    public static async Task<(SslStream Stream, byte[] Fingerprint)> AcceptAsync(PeerIdentity own, Stream stream, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeLimit);
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    EnabledSslProtocols = SslProtocols.Tls13,
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
