using System.IO;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Packaging;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A host with a machine of the Debian image, booted once for all tests that share it, whose guest gets its agent in the ordinary way; in it is the starter image for containers.</summary>
public sealed class InsideHost : IAsyncLifetime
{
    internal const string Name = "web01";

    private TestHost? host;

    /// <summary>The host.</summary>
    internal TestHost Host => host!;

    /// <summary>How far it was said that the agent had come when it was put there.</summary>
    internal Containers.ContainerHost.Observer FirstTime { get; } = new();

    /// <summary>The machine as an endpoint.</summary>
    internal string Text => EndpointOf(Name);

    public async ValueTask InitializeAsync()
    {
        host = await TestHost.MakeAsync();
        await StartAgentAsync();
        host.Invoke(Methods.NewVM, new NewVM { Name = Name, Image = "debian", Generation = 1, MemoryStartupBytes = 768L << 20, ProcessorCount = 2, SwitchName = "none", WithAgent = true });
        host.Start(Name);
        host.Wait(Name, WaitCondition.GuestAgent);
        using (Connect(FirstTime))
        {
        }

        var archive = Path.Combine(host.Files, "starter.tar");
        ProgramRun.Output0("tar", "-C", RepositoryRoot.File("out", "images"), "-cf", archive, "containers/starter");
        Put(archive, "/root/starter.tar");
        host.Run(Name, "mkdir -p /usr/share/virt/images && tar -xf /root/starter.tar -C /usr/share/virt/images");
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    /// <summary>Starts the host's agent.</summary>
    internal Task StartAgentAsync() => Host.StartAgentAsync("--images", RepositoryRoot.File("out", "test-images"));

    /// <summary>A machine of the host as an endpoint.</summary>
    internal string EndpointOf(string name) => $"{Host.Endpoint.Text}/vm:{name}";

    /// <summary>A client of the agent inside.</summary>
    internal VirtClient Connect(ICallObserver? observer = null, string name = Name) => VirtClient.Connect(VirtEndpoint.Parse(EndpointOf(name)), "tests/1", observer);

    /// <summary>Runs a shell line in the guest, by the guest agent.</summary>
    internal string Run(string line) => Host.Run(Name, line);

    /// <summary>Copies a file into the guest.</summary>
    internal void Put(string file, string path)
    {
        using var input = File.OpenRead(file);
        Host.Client.Invoke(Methods.CopyVMFile, new CopyVMFile { Name = Name, IsInto = true, Path = path, FileName = Path.GetFileName(path), SizeBytes = input.Length, AnswerTimeout = Poll.Limit }, stdin: input);
    }

    /// <summary>What an attempt to connect must fail with.</summary>
    internal VirtException Refused(string name) => Assert.Throws<VirtException>(() => Connect(name: name));

    /// <summary>Text as the standard input of a command.</summary>
    internal static MemoryStream Input(string text) => new(Encoding.UTF8.GetBytes(text));
}
