using System;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Virt.Agent.Fleet;

/// <summary>This agent's key and self-signed certificate. Peers trust it by the certificate's fingerprint, so no authority and no name is needed.</summary>
public sealed class PeerIdentity : IDisposable
{
    private PeerIdentity(X509Certificate2 certificate) => Certificate = certificate;

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>SHA-256 of the certificate.</summary>
    public byte[] Fingerprint => Of(Certificate);

    /// <summary>SHA-256 of a certificate.</summary>
    public static byte[] Of(X509Certificate certificate) => certificate.GetCertHash(HashAlgorithmName.SHA256);

    /// <summary>Reads the identity, or makes it at the first time.</summary>
    /// <param name="path">A PEM file for root alone.</param>
    public static PeerIdentity Load(string path)
    {
        if (!File.Exists(path))
        {
            Make(path);
        }

        var pem = File.ReadAllText(path);
        return new PeerIdentity(X509Certificate2.CreateFromPem(pem, pem));
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private static void Make(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=virt-agent", key, HashAlgorithmName.SHA256);

        // Trust ends by Remove-VirtPeer, not by a date that nobody remembers.
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(100));
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        using (var writer = new StreamWriter(file))
        {
            writer.WriteLine(certificate.ExportCertificatePem());
            writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path);
    }
}
