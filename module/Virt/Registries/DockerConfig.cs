using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Xml;
using System.Xml.Linq;
using Virt.Protocol;

namespace Virt.Registries;

/// <summary>
/// What the user has told <c>docker login</c>, <c>podman login</c> with <c>--authfile</c>, or a program that keeps secrets: <c>config.json</c> in the folder of the variable
/// DOCKER_CONFIG, else in <c>.docker</c> of the home folder. It is read where the user is, with the user's rights: an agent, which may be on another host, never looks for it.
/// </summary>
/// <remarks>The form is Docker's: <c>auths</c>, <c>credHelpers</c>, <c>credsStore</c>.</remarks>
internal sealed class DockerConfig
{
    private const string DockerHubServer = "https://index.docker.io/v1/";
    private const string TokenUser = "<token>";

    private readonly XElement? root;

    private DockerConfig(XElement? root) => this.root = root;

    /// <summary>Reads the user's; where there is none, it knows of no registry.</summary>
    /// <exception cref="InvalidDataException">It cannot be read; the message says why.</exception>
    public static DockerConfig Load()
    {
        var folder = Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } own ? own : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
        var path = Path.Combine(folder, "config.json");
        try
        {
            return new DockerConfig(File.Exists(path) ? JsonText.Parse(File.ReadAllText(path)) : null);
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"'{path}' cannot be read ({e.Message})", e);
        }
    }

    /// <summary>What a registry is to be shown; null where nothing is known of it.</summary>
    /// <param name="registry">As names of images have it.</param>
    /// <param name="cancellation">Ends a program that is asked.</param>
    /// <exception cref="InvalidDataException">What is said of it cannot be used; the message says why.</exception>
    public RegistryCredential? Find(string registry, CancellationToken cancellation)
    {
        var server = registry == RegistryName.DockerHub ? DockerHubServer : registry;
        var helper = JsonText.Property(Part("credHelpers"), name => IsOf(name, registry))?.Value ?? JsonText.Text(root, "credsStore");
        return (string.IsNullOrEmpty(helper) ? null : FromProgram(helper!, server, registry, cancellation)) ?? FromFile(registry);
    }

    private XElement? Part(string name) => JsonText.Property(root, found => found == name);

    private static RegistryCredential? FromProgram(string helper, string server, string registry, CancellationToken cancellation)
    {
        if (CredentialProgram.Ask(helper, server, CredentialProgram.Limit, cancellation) is not { } answer)
        {
            return null;
        }

        try
        {
            var found = JsonText.Parse(answer);
            var user = JsonText.Text(found, "Username") ?? "";
            var secret = JsonText.Text(found, "Secret") ?? "";
            return user == TokenUser
                ? new RegistryCredential { Registry = registry, IdentityToken = secret }
                : new RegistryCredential { Registry = registry, UserName = user, Password = secret };
        }
        catch (XmlException e)
        {
            throw new InvalidDataException($"'docker-credential-{helper}' wrote what is no JSON", e);
        }
    }

    private RegistryCredential? FromFile(string registry)
    {
        if (JsonText.Property(Part("auths"), name => IsOf(name, registry)) is not { } entry)
        {
            return null;
        }

        var (user, password) = Split(JsonText.Text(entry, "auth") ?? "", registry);
        var credential = new RegistryCredential
        {
            Registry = registry,
            UserName = JsonText.Text(entry, "username") ?? user,
            Password = JsonText.Text(entry, "password") ?? password,
            IdentityToken = JsonText.Text(entry, "identitytoken") ?? "",
        };

        // Where a program keeps the secret, the file has an empty entry.
        return credential.UserName.Length == 0 && credential.IdentityToken.Length == 0 ? null : credential;
    }

    private static (string User, string Password) Split(string auth, string registry)
    {
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(auth));
            var colon = text.IndexOf(':');
            return colon < 0 ? ("", "") : (text.Substring(0, colon), text.Substring(colon + 1).TrimEnd('\0'));
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"what it has for '{registry}' is no base64", e);
        }
    }

    // https://localhost:5000/v2/ and localhost:5000 are the same.
    private static bool IsOf(string name, string registry)
    {
        var scheme = name.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? name : name.Substring(scheme + 3);
        var host = rest.Split('/')[0];
        return host.Equals(registry, StringComparison.OrdinalIgnoreCase) || (registry == RegistryName.DockerHub && (host == "index.docker.io" || host == "registry-1.docker.io"));
    }
}
