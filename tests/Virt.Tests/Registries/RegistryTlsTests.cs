using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Virt.Agent.Images;
using Virt.Agent.Registries;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Registries;

/// <summary>Whose certificate is trusted: what the system trusts, and what the admin has put into a folder.</summary>
public sealed class RegistryTlsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-certificates-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_and_one_whose_issuer_the_admin_trusts_is_not()
    {
        using var issuer = Issuer("CN=Test issuer");
        using var certificate = Leaf(issuer, IPAddress.Loopback);
        await using var registry = Registry(certificate);
        var error = await Assert.ThrowsAsync<VirtException>(() => AskAsync(registry, null));
        Assert.Equal((ErrorCode.Unavailable, "RegistryUntrusted"), (error.Code, error.Id));
        Assert.Contains($"registry '{registry.Host}' has a certificate that is not trusted", error.Message, StringComparison.Ordinal);
        Assert.Contains("--registry-certificates DIR", error.RecommendedAction, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "issuer.crt"), issuer.ExportCertificatePem(), TestContext.Current.CancellationToken);
        Assert.Equal("{}"u8.ToArray(), await AskAsync(registry, folder));
    }

    [Fact]
    public async Task A_certificate_of_another_host_or_another_issuer_is_refused_whatever_the_admin_trusts()
    {
        using var issuer = Issuer("CN=Test issuer");
        using var stranger = Issuer("CN=Stranger");
        await File.WriteAllTextAsync(Path.Combine(folder, "issuer.pem"), issuer.ExportCertificatePem(), TestContext.Current.CancellationToken);
        using var otherHost = Leaf(issuer, IPAddress.Parse("127.0.0.2"));
        using var otherIssuer = Leaf(stranger, IPAddress.Loopback);
        foreach (var certificate in new[] { otherHost, otherIssuer })
        {
            await using var registry = Registry(certificate);
            Assert.Equal("RegistryUntrusted", (await Assert.ThrowsAsync<VirtException>(() => AskAsync(registry, folder))).Id);
            Assert.Empty(registry.Requests);
        }
    }

    private static FakeRegistry Registry(X509Certificate2 certificate)
    {
        var registry = new FakeRegistry(certificate);
        registry.AddManifest("a/b", "1", "application/vnd.oci.image.manifest.v1+json", "{}"u8.ToArray());
        return registry;
    }

    private static async Task<byte[]> AskAsync(FakeRegistry registry, string? certificates)
    {
        using var http = new RegistryHttp(new RegistryOptions { CertificateFolder = certificates, Attempts = 2, FirstWait = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        var reference = ImageReference.Parse($"{registry.Host}/a/b:1");
        var client = new RegistryClient(http, RegistryAddress.Of(reference, http.Options).Single(), new RegistryTask("save", reference, null));
        return (await client.GetManifestAsync("1", TestContext.Current.CancellationToken)).Bytes;
    }

    private static X509Certificate2 Issuer(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Leaf(X509Certificate2 issuer, IPAddress address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=registry", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(issuer, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        using var whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }
}
