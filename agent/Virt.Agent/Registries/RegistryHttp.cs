using System;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Virt.Agent.Hosts;

namespace Virt.Agent.Registries;

/// <summary>The connections to all registries. Made when the first registry is asked: loading OpenSSL costs milliseconds that an agent without registries need not spend.</summary>
/// <param name="options">How registries are reached.</param>
/// <param name="time">The clock.</param>
public sealed class RegistryHttp(RegistryOptions options, TimeProvider time) : IDisposable
{
    private const int ConnectionsPerHost = 8;

    private readonly Lazy<HttpMessageInvoker> invoker = new(() => Make(options));

    /// <summary>How registries are reached.</summary>
    public RegistryOptions Options => options;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    internal static string UserAgent { get; } = "virt-agent/" + HostService.Version;

    internal HttpMessageInvoker Invoker => invoker.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (invoker.IsValueCreated)
        {
            invoker.Value.Dispose();
        }
    }

    // Redirects are followed by RegistryClient, which knows what may be told to whom. A proxy is taken from the variables http_proxy, https_proxy and no_proxy.
    private static HttpMessageInvoker Make(RegistryOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.Silence,
            MaxConnectionsPerServer = ConnectionsPerHost,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            ActivityHeadersPropagator = null,
            Proxy = new RemoteProxy(HttpClient.DefaultProxy),
        };
        if (options.CertificateFolder is { } folder)
        {
            var roots = Load(folder);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, roots);
        }

        return new HttpMessageInvoker(handler);
    }

    private static X509Certificate2Collection Load(string folder)
    {
        var roots = new X509Certificate2Collection();
        foreach (var file in Directory.EnumerateFiles(folder).Where(static file => file.EndsWith(".crt", StringComparison.Ordinal) || file.EndsWith(".pem", StringComparison.Ordinal)))
        {
            roots.ImportFromPemFile(file);
        }

        return roots;
    }

    // What the system does not trust may stand on a certificate of the admin's; a wrong host name is never forgiven.
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection roots)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf)
        {
            return errors == SslPolicyErrors.None;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(roots);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.1")); // id-kp-serverAuth: RFC 5280, 4.2.1.12
        foreach (var element in chain?.ChainElements.AsEnumerable() ?? [])
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return own.Build(leaf);
    }
}
