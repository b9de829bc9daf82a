using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Tests;

namespace Virt.IntegrationTests.Registries;

/// <summary>Debian's docker-registry on a test host's loopback, with its data in a folder of its own, and the programs that others use with it. It ends with the host.</summary>
internal sealed class LocalRegistry : IDisposable
{
    /// <summary>Who may use a registry that asks.</summary>
    public const string User = "ann";
    public const string Password = "s3cret";

    // crypt(5), bcrypt, of the password.
    private const string PasswordFile = User + ":$2b$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK\n";

    private readonly TestHost host;

    private LocalRegistry(TestHost host, string name, bool asks)
    {
        this.host = host;
        Name = name;
        Asks = asks;
    }

    /// <summary><c>127.0.0.1:5000</c>.</summary>
    public string Name { get; }

    public bool Asks { get; }

    /// <summary>Its data, and what the other programs need; not in the host's own folder, which must be empty at its end.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("vr-").FullName;

    /// <summary>What podman and buildah keep is theirs alone: never the machine's.</summary>
    private string[] Storage => ["--root", Path.Combine(Folder, "storage"), "--runroot", Path.Combine(Folder, "run"), "--storage-driver", "vfs"];

    private string[] Credentials => Asks ? ["--creds", $"{User}:{Password}"] : [];

    private string[] SourceCredentials => Asks ? ["--src-creds", $"{User}:{Password}"] : [];

    private string[] DestinationCredentials => Asks ? ["--dest-creds", $"{User}:{Password}"] : [];

    /// <param name="host">Where it runs.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="asks">It wants to know who asks.</param>
    public static async Task<LocalRegistry> StartAsync(TestHost host, int port = 5000, bool asks = false)
    {
        var registry = new LocalRegistry(host, $"127.0.0.1:{port}", asks);
        var config = Path.Combine(registry.Folder, "config.yml");
        var passwords = Path.Combine(registry.Folder, "passwords");
        await File.WriteAllTextAsync(passwords, PasswordFile);
        var asking = asks ? "auth: {htpasswd: {realm: test, path: " + passwords + "} }" : "";
        await File.WriteAllTextAsync(config, $$"""
            version: 0.1
            log: {level: error, accesslog: {disabled: true} }
            storage:
              filesystem: {rootdirectory: {{registry.Folder}}/data }
              delete: {enabled: true}
            http: {addr: {{registry.Name}} }
            {{asking}}
            """);
        host.StartProgram("sh", "-c", $"exec docker-registry serve '{config}' >'{registry.Folder}/log' 2>&1");
        await Poll.UntilAsync(async () => (await host.RunAsync("bash", "-c", $"(: </dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo up || true")).Contains("up", StringComparison.Ordinal), "the registry's port");
        return registry;
    }

    /// <summary>Makes an image of the starter image's files with umoci, and sends it there with skopeo.</summary>
    /// <param name="name">Its name in the registry, with its tag.</param>
    /// <param name="files">Further files, each a layer of its own: a name and its size in MB.</param>
    public async Task PushAsync(string name, params (string Name, int Megabytes)[] files)
    {
        var layout = await MakeAsync(files);
        await SkopeoAsync(["copy", .. DestinationCredentials, "--dest-tls-verify=false", $"oci:{layout}:t", $"docker://{Name}/{name}"]);
    }

    /// <summary>Makes an image of the starter image's files with umoci; gives the folder of its OCI layout, in which it is called <c>t</c>.</summary>
    public async Task<string> MakeAsync(params (string Name, int Megabytes)[] files)
    {
        var layout = Path.Combine(Folder, $"layout-{Guid.NewGuid():n}");
        await host.RunAsync("umoci", "init", "--layout", layout);
        await host.RunAsync("umoci", "new", "--image", layout + ":t");
        await host.RunAsync("umoci", "insert", "--image", layout + ":t", RepositoryRoot.File("out", "images", "containers", "starter", "rootfs"), "/");
        foreach (var (name, megabytes) in files)
        {
            var file = Path.Combine(Folder, "file-" + name);
            await host.RunAsync("dd", "if=/dev/urandom", $"of={file}", "bs=1M", $"count={megabytes}", "status=none");
            await host.RunAsync("umoci", "insert", "--image", layout + ":t", file, "/" + name);
        }

        await host.RunAsync("umoci", "config", "--image", layout + ":t", "--config.cmd", "sh", "--config.env", "MADE_BY=umoci");
        return layout;
    }

    public Task<string> SkopeoAsync(params string[] arguments) => host.RunAsync(["skopeo", "--insecure-policy", .. arguments]);

    /// <summary>What skopeo says the digest of a name is.</summary>
    public async Task<string> DigestOfAsync(string name) =>
        (await SkopeoAsync(["inspect", .. Credentials, "--tls-verify=false", "--format", "{{.Digest}}", $"docker://{Name}/{name}"])).Trim();

    /// <summary>Copies an image out of the registry with skopeo, which verifies every blob.</summary>
    public Task ReadAsync(string name) => SkopeoAsync(["copy", .. SourceCredentials, "--src-tls-verify=false", $"docker://{Name}/{name}", $"dir:{Path.Combine(Folder, $"copy-{Guid.NewGuid():n}")}"]);

    public Task<string> PodmanAsync(params string[] arguments) => host.RunAsync(["podman", .. Storage, .. arguments]);

    public Task<string> BuildahAsync(params string[] arguments) => host.RunAsync(["buildah", .. Storage, .. arguments]);

    /// <summary>How often a repository's upload was begun and not ended: nothing may be left.</summary>
    public int OpenUploads => Directory.Exists(Path.Combine(Folder, "data"))
        ? Directory.EnumerateDirectories(Path.Combine(Folder, "data"), "_uploads", SearchOption.AllDirectories).Sum(static folder => Directory.GetFileSystemEntries(folder).Length)
        : 0;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
