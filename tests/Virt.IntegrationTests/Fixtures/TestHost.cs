using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Linux.Netlink;
using Virt.Linux.Processes;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Fixtures;

/// <summary>
/// A host of its own for one test: a network and a mount namespace, a state folder, and in them the published agent.
/// At its end it removes what the test made, ends the agent, and fails the test where anything is left over.
/// </summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly Leftovers before = Leftovers.Now();
    private readonly Process holder;
    private readonly List<Process> programs = [];
    private Process? agent;
    private VirtClient? client;

    private TestHost(string folder, Process holder)
    {
        Folder = folder;
        this.holder = holder;
    }

    /// <summary>The port of the package archive on loopback; the Debian container image has it in its sources.</summary>
    public const int ArchivePort = 7790;

    /// <summary>Everything of this host stands here.</summary>
    public string Folder { get; }

    /// <summary>Where a test puts files of its own; they go with the host.</summary>
    public string Files => Directory.CreateDirectory(Path.Combine(Folder, "files")).FullName;

    public string Socket => Path.Combine(Folder, "a.sock");

    public string StateFolder => Path.Combine(Folder, "state");

    public string RunFolder => Path.Combine(Folder, "run");

    public VirtEndpoint Endpoint => VirtEndpoint.Parse("unix://" + Socket);

    /// <summary>The agent's process; changes with every restart.</summary>
    public Process Agent => agent ?? throw new InvalidOperationException("The agent does not run.");

    /// <summary>Whether its agent runs, as far as this host was told.</summary>
    public bool IsUp => agent is not null;

    /// <summary>A client of the running agent.</summary>
    public VirtClient Client => client ??= VirtClient.Connect(Endpoint, "tests/1");

    /// <summary>Where the agent is to be ended, held or failed: see <c>FaultPoint</c>; what it is started with next.</summary>
    public string Faults { get; set; } = "";

    /// <summary>A folder whose programs are found before those of the machine by the agent that is started next; empty: there is none.</summary>
    public string ProgramFolder { get; set; } = "";

    /// <summary>The agent's standard error so far.</summary>
    public string Log => File.Exists(Path.Combine(Folder, "log")) ? File.ReadAllText(Path.Combine(Folder, "log")) : "";

    public static string AgentProgram => RepositoryRoot.File("out", "agent", "virt-agent");

    public static async Task<TestHost> StartAsync(params string[] options)
    {
        var host = await MakeAsync();
        await host.StartAgentAsync(options);
        return host;
    }

    /// <summary>A host whose agent is not started yet.</summary>
    /// <param name="beside">Another host whose network this one shares; null: a network of its own.</param>
    public static async Task<TestHost> MakeAsync(TestHost? beside = null)
    {
        var folder = Directory.CreateTempSubdirectory("vt-").FullName;

        // QEMU runs as another user and must reach its folder below.
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        string[] holding = ["unshare", "--mount", .. beside is null ? new[] { "--net" } : [], "--propagation", "private", "sh", "-c", "ip link set lo up && echo ready && exec sleep infinity"];
        var namespaces = beside is null ? Start(holding[0], holding[1..]) : Start("nsenter", ["--target", $"{beside.holder.Id}", "--net", "--", .. holding]);
        Assert.Equal("ready", await namespaces.StandardOutput.ReadLineAsync());
        return new TestHost(folder, namespaces);
    }

    /// <summary>Starts the agent in the host's namespaces and waits until it answers.</summary>
    public async Task StartAgentAsync(params string[] options)
    {
        // The shell only sends the log to a file: a pipe of ours would end with us, or fill; and has the umask of the service.
        string[] command =
        [
            "--target", $"{holder.Id}", "--mount", "--net", "--", "sh", "-c", "umask 077; exec \"$0\" \"$@\" 2>>" + Path.Combine(Folder, "log"),
            AgentProgram, "serve", "--listen", Endpoint.Text, "--state", StateFolder, "--run", RunFolder, "--images", RepositoryRoot.File("out", "images"), .. options,
        ];
        var start = StartInfo("nsenter", command);
        start.Environment["VIRT_FAULTS"] = Faults;
        start.Environment["PATH"] = (ProgramFolder.Length > 0 ? ProgramFolder + ":" : "") + Environment.GetEnvironmentVariable("PATH");
        start.Environment["VIRT_FAULTS_FOLDER"] = Folder;
        agent = Process.Start(start)!;
        await Poll.UntilAsync(Answers, "the agent's answer");
    }

    /// <summary>Starts a program in the host's namespaces that goes on until the host's end, such as the server of a package archive.</summary>
    public void StartProgram(params string[] command) => programs.Add(Start("nsenter", ["--target", $"{holder.Id}", "--mount", "--net", "--", .. command]));

    /// <summary>A port of this host's loopback at which the test itself answers.</summary>
    public System.Net.Sockets.Socket Listen(int port)
    {
        using var process = PidFd.Open(holder.Id)!;
        var socket = NamespaceSocket.Open(process, AddressFamily.InterNetwork);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
        return socket;
    }

    /// <summary>Serves the archive of build/test-packages.sh where the Debian images look for it, and gives the images to the agent that is started next.</summary>
    public async Task<string[]> ServeArchiveAsync()
    {
        StartProgram("busybox", "httpd", "-f", "-p", $"127.0.0.1:{ArchivePort}", "-h", RepositoryRoot.File("out", "test-images", "archive"));
        await RunAsync("sh", "-c", $"for i in $(seq 100); do busybox wget -q -O /dev/null http://127.0.0.1:{ArchivePort}/dists/stable/Release && exit; sleep 0.05; done; exit 1");
        return ["--images", RepositoryRoot.File("out", "test-images")];
    }

    /// <summary>Joins two hosts by a cable: a veth pair whose ends are named <c>link0</c>.</summary>
    public async Task JoinAsync(TestHost other, string ownAddress, string otherAddress)
    {
        await RunAsync("ip", "link", "add", "link0", "type", "veth", "peer", "name", "link0", "netns", $"{other.holder.Id}");
        foreach (var (host, address) in new[] { (this, ownAddress), (other, otherAddress) })
        {
            await host.RunAsync("ip", "address", "add", address + "/24", "dev", "link0");
            await host.PlugAsync(isIn: true);
        }
    }

    /// <summary>Pulls or plugs this host's end of the cable.</summary>
    public Task PlugAsync(bool isIn) => RunAsync("ip", "link", "set", "link0", isIn ? "up" : "down");

    /// <summary>Runs a command in the host's namespaces and gives its output.</summary>
    public async Task<string> RunAsync(params string[] command)
    {
        using var process = Start("nsenter", ["--target", $"{holder.Id}", "--mount", "--net", "--", .. command]);
        var output = await process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}: {error}");
        return output;
    }

    /// <summary>Starts a command in the host's namespaces whose standard input stays open; it is the caller's.</summary>
    public Process Open(params string[] command)
    {
        var start = StartInfo("nsenter", ["--target", $"{holder.Id}", "--mount", "--net", "--", .. command]);
        start.RedirectStandardInput = true;
        return Process.Start(start)!;
    }

    /// <summary>Waits until the agent is held at a fault point (<c>POINT=hold</c>).</summary>
    public Task HeldAtAsync(string point) => Poll.UntilAsync(() => File.Exists(HoldFile(point)), $"the agent held at {point}; its log: {Log}");

    /// <summary>Lets an agent go on that is held at a fault point.</summary>
    public void Release(string point) => File.Delete(HoldFile(point));

    /// <summary>Waits until a fault point has ended the agent (<c>POINT=kill</c>).</summary>
    /// <exception cref="TimeoutException">It has not come there: a guest under emulation may take minutes, but not this long.</exception>
    public Task EndedByFaultAsync() => EndedAsync().WaitAsync(TimeSpan.FromMinutes(10));

    /// <summary>kill -9, as a crash would end it.</summary>
    public async Task KillAgentAsync()
    {
        Agent.Kill();
        await EndedAsync();
    }

    /// <summary>SIGTERM, as systemd would end it.</summary>
    public async Task StopAgentAsync()
    {
        using var kill = Start("kill", $"{Agent.Id}");
        await kill.WaitForExitAsync();
        await EndedAsync();
    }

    public TResult Invoke<TRequest, TResult>(Method<TRequest, TResult> method, TRequest request, ICallObserver? observer = null) =>
        Client.Invoke(method, request, observer: observer);

    /// <summary>What the call must fail with.</summary>
    public VirtException Refused<TRequest, TResult>(Method<TRequest, TResult> method, TRequest request) =>
        Assert.Throws<VirtException>(() => Client.Invoke(method, request));

    public async ValueTask DisposeAsync()
    {
        var thrown = LastThrown.OfThisTest;
        try
        {
            await EndAsync();
        }
        catch (Exception e) when (thrown is not null)
        {
            throw new AggregateException("The host could not be ended. What its test had last thrown before that, which may be why, comes first.", thrown, e);
        }
    }

    /// <summary>The processes in this host's containers that have this text in their command line. Other runs on the machine have theirs.</summary>
    public IReadOnlyList<int> ContainersProcessesOf(string text) => ProcessesOf(text, CgroupName.OfAgent(StateFolder));

    /// <summary>The processes that have this path in their command line.</summary>
    public static IReadOnlyList<int> ProcessesOf(string path) => ProcessesOf(path, "");

    private async Task EndAsync()
    {
        try
        {
            if (agent is null)
            {
                await StartAgentAsync();
            }

            foreach (var container in Invoke(Methods.GetContainer, new GetContainer()).Items)
            {
                Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
            }

            foreach (var image in Invoke(Methods.GetContainerImage, new GetContainerImage()).Items.Where(static i => i.Digest.Length > 0).DistinctBy(static i => i.Id))
            {
                Invoke(Methods.RemoveContainerImage, new RemoveContainerImage { Id = image.Id, Force = true });
            }

            foreach (var volume in Invoke(Methods.GetVirtVolume, new GetVirtVolume()).Items)
            {
                Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Id = volume.Id });
            }

            foreach (var machine in Invoke(Methods.GetVM, new GetVM()).Items.OrderBy(static m => m.LinkedTo.Length == 0))
            {
                Invoke(Methods.RemoveVM, new RemoveVM { Id = machine.Id, Force = true, DeleteDisk = true });
            }

            foreach (var image in Invoke(Methods.GetVMImage, new GetVMImage()).Items.Where(static i => i.WarmBytes > 0))
            {
                Invoke(Methods.RemoveVMImage, new RemoveVMImage { Name = image.Name, WarmStatesOnly = true });
            }

            foreach (var image in Invoke(Methods.GetVMImage, new GetVMImage()).Items.Where(i => i.Path.StartsWith(StateFolder, StringComparison.Ordinal)))
            {
                Invoke(Methods.RemoveVMImage, new RemoveVMImage { Name = image.Name });
            }

            foreach (var network in Invoke(Methods.GetVirtNetwork, new GetVirtNetwork()).Items.Where(static n => n.BridgeName.Length > 0))
            {
                Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Id = network.Id });
            }

            await StopAgentAsync();
            await AssertNoNetworkIsLeftAsync();
            await Poll.UntilAsync(() => ProcessesOf(Folder).All(p => p == holder.Id), $"the end of all processes of {Folder}: {string.Join(", ", ProcessesOf(Folder))}");
        }
        finally
        {
            foreach (var program in programs)
            {
                program.Kill();
                await program.WaitForExitAsync();
                program.Dispose();
            }

            // Nothing but the holder is left of a test that succeeded; a failed one must not load the machine for the others.
            foreach (var id in ProcessesOf(Folder).Where(p => p != holder.Id))
            {
                await KillAsync(id);
            }

            client?.Dispose();
            holder.Kill();
            await holder.WaitForExitAsync();
            holder.Dispose();
        }

        FileTree.Delete(Path.Combine(Folder, "files"));
        AssertOnlyLogsAndStateAreLeft();
        Directory.Delete(Folder, recursive: true);
        await Poll.UntilAsync(() => before.IsSame(Leftovers.Now(StateFolder)), () => "nothing left over: " + before.Difference(Leftovers.Now(StateFolder)));
    }

    private static List<int> ProcessesOf(string text, string controlGroup)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => char.IsAsciiDigit(f[6])))
        {
            try
            {
                // A zombie has no command line any more: PID 1 may reap it late, but it holds nothing.
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(text, StringComparison.Ordinal)
                    && File.ReadAllText(Path.Combine(folder, "cgroup")).Contains(controlGroup, StringComparison.Ordinal))
                {
                    found.Add(int.Parse(folder[6..], System.Globalization.CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return found;
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(StartInfo(program, arguments))!;

    private static ProcessStartInfo StartInfo(string program, params string[] arguments) => new(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    };

    private string HoldFile(string point) => Path.Combine(Folder, point + ".held");

    private static async Task KillAsync(int id)
    {
        using var kill = Start("kill", "-KILL", $"{id}");
        await kill.WaitForExitAsync();
    }

    private bool Answers()
    {
        if (Agent.HasExited)
        {
            Assert.Fail($"the agent ended with code {Agent.ExitCode}: {Log}");
        }

        try
        {
            client = VirtClient.Connect(Endpoint, "tests/1");
            return true;
        }
        catch (VirtException e) when (e.Code == ErrorCode.Unavailable)
        {
            return false;
        }
    }

    private async Task EndedAsync()
    {
        // Somebody may still wait for the same end, whose time was up before it came.
        var ended = Agent;
        await ended.WaitForExitAsync();
        if (agent != ended)
        {
            return;
        }

        ended.Dispose();
        agent = null;
        client?.Dispose();
        client = null;
    }

    // Links and tables in the host's own namespace: what the agent makes there begins with virt, or with v and a launch's id.
    private async Task AssertNoNetworkIsLeftAsync()
    {
        await Poll.UntilAsync(
            async () => !(await RunAsync("ip", "-o", "link")).Split('\n').Any(static line => System.Text.RegularExpressions.Regex.IsMatch(line, "^[0-9]+: (virt|v[0-9a-f]{12}[@:])")),
            "the end of the agent's links");
        var tables = (await RunAsync("nft", "list", "tables")).Split('\n').Where(static line => line.StartsWith("table inet virt", StringComparison.Ordinal)).ToList();
        Assert.True(tables.Count == 0, $"nftables are left over: {string.Join(", ", tables)}");
    }

    // After everything is removed, the state folder has the database, what of images was broken off, and empty folders, and the run folder nothing but empty folders.
    private void AssertOnlyLogsAndStateAreLeft()
    {
        var files = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Folder, f))
            .Where(f => f is not ("log" or "state/identity.pem" or "state/host-id" or "state/boot-id") && !f.StartsWith("state/virt.db", StringComparison.Ordinal) && !f.StartsWith("state/images/partial/", StringComparison.Ordinal))
            .ToList();
        Assert.True(files.Count == 0, $"files are left over: {string.Join(", ", files)}");
    }
}
