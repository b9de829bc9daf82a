using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Linux.Processes;

namespace Virt.IntegrationTests.Linux;

/// <summary>A keeper of its own for one test, in a folder of its own; at its end both are gone.</summary>
internal sealed class KeeperFixture : IAsyncDisposable
{
    private readonly Leftovers before = Leftovers.Now();
    private readonly List<Keeper> keepers = [];

    public KeeperFixture() => Keeper = Connect();

    public string Folder { get; } = Directory.CreateTempSubdirectory("vt-keeper-").FullName;

    public string Socket => Path.Combine(Folder, "k.sock");

    public Keeper Keeper { get; private set; }

    public int ProcessId => TestHost.ProcessesOf(Socket).Single();

    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/usr/bin:/bin" };

    public static LaunchSpec Shell(string script) => new() { Arguments = ["/bin/sh", "-c", script], Environment = Variables };

    public string File(string name) => Path.Combine(Folder, name);

    public Keeper Connect()
    {
        var keeper = new Keeper(Socket, TestHost.AgentProgram);
        keepers.Add(keeper);
        return keeper;
    }

    /// <summary>Another agent, after the first has gone.</summary>
    public Keeper Reconnect()
    {
        Keeper.Dispose();
        return Keeper = Connect();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var keeper in keepers)
            keeper.Dispose();
        await Poll.UntilAsync(() => TestHost.ProcessesOf(Folder).Count == 0, "the end of the keeper");
        Directory.Delete(Folder, recursive: true);
        await Poll.UntilAsync(() => before.IsSame(Leftovers.Now()), () => "nothing left over: " + before.Difference(Leftovers.Now()));
    }
}
