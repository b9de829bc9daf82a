using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Containers in virtual machines of their own. A boot takes seconds where it is emulated, so that each test looks at all that one machine can show.</summary>
public sealed class VmIsolationTests
{
    private static NewContainer Machine(string script, string? name = null) => ContainerHost.Script(script, name) with { Isolation = ContainerIsolation.VM };

    [Fact]
    public async Task It_runs_to_its_end_on_a_kernel_of_its_own()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(Machine("cat /proc/sys/kernel/osrelease; echo $HOSTNAME $1 $A; hostname; id -u; ls /dev/kvm /dev/vport* /dev/machine; echo bad >&2; pwd; cat /proc/self/cgroup >/cg; stat -c %T /dev/null; nproc; grep MemTotal /proc/meminfo; exit 7", "own") with
        {
            Environment = new Dictionary<string, string> { ["A"] = "b c" },
            WorkingDirectory = "/srv/made",
            ReadOnly = true,
            Tmpfs = ["/run:size=1m"],
            CpuCount = 1.5,
            MemoryBytes = 128 << 20,
            Ulimits = ["nofile=100:200"],
            Sysctls = new Dictionary<string, string> { ["net.core.somaxconn"] = "77" },
        });
        Assert.Equal((ContainerIsolation.VM, ContainerState.Stopped, 7), (container.Isolation, container.State, container.ExitCode));
        var log = host.Log(container);
        Assert.DoesNotContain(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), log);
        Assert.EndsWith("-cloud-amd64", log[0]);
        Assert.Equal(["own b c", "own", "0"], log.Skip(1).Take(3));
        Assert.Contains("! bad", log);
        Assert.Contains("/srv/made", log);
        Assert.Contains("2", log);
        Assert.InRange(int.Parse(new string([.. log.Single(l => l.StartsWith("MemTotal", StringComparison.Ordinal)).Where(char.IsAsciiDigit)])), 60_000, 131_072);
        Assert.Contains(log, static l => l.EndsWith("/cg: Read-only file system", StringComparison.Ordinal));
        Assert.Equal(3, log.Count(static l => l.StartsWith("! ls:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_an_error_of_the_start()
    {
        await using var host = await TestHost.StartAsync();
        var error = host.Refused(Methods.StartContainer, new StartContainer { Create = Machine("true", "none") with { Command = ["nosuch"] } });
        Assert.Equal((ErrorCode.NotFound, "ProgramNotFound"), (error.Code, error.Id));
        Assert.Equal(ContainerState.Failed, host.Invoke(Methods.GetContainer, new GetContainer { Names = ["none"] }).Items[0].State);
    }

    [Fact]
    public async Task Commands_files_and_volumes_are_as_those_of_any_container()
    {
        await using var host = await TestHost.StartAsync();
        var shared = Directory.CreateDirectory(Path.Combine(host.Files, "shared")).FullName;
        File.WriteAllText(Path.Combine(shared, "there"), "host\n");
        var container = host.Run(Machine("trap 'echo asked; exit 3' TERM; echo mine >/srv/mine; mkdir /srv/d; chown 5:6 /srv/d; while :; do sleep 0.1; done") with { Volumes = [shared + ":/vol", shared + "/there:/etc/made/file:ro"], Health = new HealthCheck { Command = ["test", "-d", "/srv/d"] } });
        var observer = new ContainerHost.Observer();
        var exit = host.Client.Invoke(
            Methods.InvokeContainerCommand,
            new InvokeContainerCommand { Id = container.Id, Command = ["/bin/sh", "-c", "wc -c; echo error >&2; exit 9"], HasInput = true },
            observer: observer,
            stdin: new MemoryStream(new byte[1_000_000]));
        Assert.Equal(("1000000\n", "error\n", 9), (observer.Output.ToString(), observer.Error.ToString(), exit.ExitCode));
        Assert.Equal("1000 1000\n", host.Exec(container, "echo $(id -u) $(id -g)", new InvokeContainerCommand { User = "1000:1000" }).Output);
        Assert.Equal("v\n/tmp\n", host.Exec(container, "echo $V; pwd", new InvokeContainerCommand { Environment = new Dictionary<string, string> { ["V"] = "v" }, WorkingDirectory = "/tmp" }).Output);
        Assert.Equal("ProgramNotFound", host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["nosuch"] }).Id);
        Assert.Equal("CommandTimeout", host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["sleep", "1000"], Timeout = TimeSpan.FromSeconds(1) }).Id);
        Assert.Equal(2_000_000, host.Exec(container, "head -c 2000000 /dev/zero | tr '\\0' x").Output.Length);

        // The same files from both sides, with the same owners.
        Assert.Equal("host\n1\n", host.Exec(container, "cat /etc/made/file; (echo x >/etc/made/file) 2>&1 | grep -c Read-only").Output);
        Assert.Equal("host\n", host.Exec(container, "cat /vol/there; echo guest >/vol/made").Output);
        Assert.Equal("guest\n", File.ReadAllText(Path.Combine(shared, "made")));
        Assert.Equal("mine\n", File.ReadAllText($"/proc/{container.ProcessId}/root/srv/mine"));
        var run = int.Parse((await File.ReadAllTextAsync($"/proc/{container.ProcessId}/uid_map")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        Assert.True(run > 0);
        var owner = await host.RunAsync("stat", "-c", "%u:%g", $"/proc/{container.ProcessId}/root/srv/d");
        Assert.Equal($"{run + 5}:{run + 6}", owner.Trim());
        Assert.Equal("5:6\n", host.Exec(container, "stat -c %u:%g /srv/d").Output);
        await Poll.UntilAsync(() => host.Get(container).Health == WorkloadHealth.Healthy, "the health command's answer");

        // Its processes are its kernel's; those of the ended commands are not among them.
        var processes = host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = container.Id }).Items;
        Assert.Equal((1, 0, 0L), (processes[0].ProcessId, processes[0].ParentId, processes[0].UserId));
        Assert.StartsWith("/bin/sh -c trap", processes[0].Command);
        await Poll.UntilAsync(() => !host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = container.Id }).Items.Any(p => p.Command == "sleep 1000"), "the end of the command that took too long");
        Assert.Equal("TerminalClosed", TypeAtTerminal(host, container));

        // An agent that is killed leaves all of it as it is.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal("mine\n", host.Exec(container, "cat /srv/mine").Output);
        Assert.Equal((ContainerState.Running, container.ProcessId), (host.Get(container).State, host.Get(container).ProcessId));
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = container.Id });
        host.Invoke(Methods.ResumeContainer, new ResumeContainer { Id = container.Id });
        var stopped = host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id });
        Assert.Equal((ContainerState.Stopped, 3), (stopped.State, stopped.ExitCode));
        Assert.Equal(["asked"], host.Log(container));
    }

    [Fact]
    public async Task In_a_network_it_has_its_address_its_name_and_its_ports()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var web = host.Run(NetworkHost.Server("web", "lan") with { Isolation = ContainerIsolation.VM, Publish = ["8080:80"], Health = new HealthCheck { TcpPort = 80 } });
        Assert.Equal(["10.144.0.2"], web.IPAddresses);
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.0.2") == "web", "the service at its own address");
        Assert.Equal("web", await host.AskAsync("10.144.0.1:8080"));
        var other = host.Run(ContainerHost.Script("exec sleep 1000", "other") with { Network = "lan" });
        Assert.Equal("web", host.Ask(other, "web"));
        var inside = host.Exec(web, "ip -o -4 addr show eth0 | grep -o 'inet [0-9./]*'; cat /sys/class/net/eth0/address /sys/class/net/eth0/mtu; ip route | grep default; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; ping -c 1 -W 5 other >/dev/null && echo found").Output;
        Assert.Equal("inet 10.144.0.2/24\n02:56:0a:90:00:02\n1500\ndefault via 10.144.0.1 dev eth0 \n0\nfound\n", inside);
        await Poll.UntilAsync(() => host.Get(web).Health == WorkloadHealth.Healthy, "the answer of its port");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal("web", await host.AskAsync("10.144.0.1:8080"));
        Assert.Equal("web", host.Ask(other, "web"));

        var measured = new Screen(static _ => { });
        host.Client.Invoke(Methods.MeasureContainer, new MeasureContainer { Id = web.Id }, observer: measured);
        var measurement = Assert.Single(measured.Measured);
        Assert.True(measurement is { ReceivedBytes: > 100, SentBytes: > 100, MemoryBytes: > 1 << 20 }, $"{measurement}");

        // Its QEMU ends: its state says so, and its policy starts it again.
        host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, RestartPolicy = RestartPolicy.OnFailure, RestartMaximum = 1 });
        await host.RunAsync("kill", "-9", ProcessOf(host, "qemu-system"));
        await Poll.UntilAsync(() => host.Get(web) is { RestartCount: 1, State: ContainerState.Running }, "the second start");
        Assert.Contains(host.Log(web), static line => line.EndsWith("virt: the container's virtual machine ended: QEMU was ended by signal 9.", StringComparison.Ordinal));
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.0.1:8080") == "web", "the service after the second start");
        await host.RunAsync("kill", "-9", ProcessOf(host, "virtiofsd"));
        await Poll.UntilAsync(() => host.Get(web) is { RestartCount: 1, State: ContainerState.Stopped, ExitCode: 125 }, "the second end");
        Assert.Equal("Its virtual machine ended before its command did; its log says how.", host.Get(web).Status);
        Assert.Contains(host.Log(web), static line => line.EndsWith("virt: the container's virtual machine ended: its file server was ended by signal 9.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_agent_that_ends_while_the_machine_boots_finds_the_container_running()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.Invoke(Methods.NewContainer, Machine("echo up; exec sleep 1000", "boot") with { Init = true });
        var client = VirtClient.Connect(host.Endpoint, "tests/1");
        var start = Task.Run(() => client.Invoke(Methods.StartContainer, new StartContainer { Id = made.Id }));
        await Poll.UntilAsync(() => ProcessOf(host, "qemu-system").Length > 0, "QEMU");
        await host.KillAgentAsync();
        await Assert.ThrowsAsync<VirtException>(() => start);
        client.Dispose();
        await host.StartAgentAsync();
        Assert.Equal(ContainerState.Running, host.Get(made).State);
        Assert.Equal("up\n", host.Exec(made, "until [ -e /proc/2 ]; do sleep 0.1; done; echo up").Output);

        // What it writes comes by its machine's console.
        await Poll.UntilAsync(() => host.Log(made) is ["up"], () => $"its log: {string.Join('|', host.Log(made))}");
        Assert.Equal((ContainerState.Stopped, 143), (host.Invoke(Methods.StopContainer, new StopContainer { Id = made.Id }).State, host.Get(made).ExitCode));
        Assert.Equal("", ProcessOf(host, "qemu-system") + ProcessOf(host, "virtiofsd"));
    }

    // Of the processes whose command line has the name, the monitor's has it among its words.
    private static string ProcessOf(TestHost host, string name) => string.Join(' ', host.ContainersProcessesOf(name).Where(id => NameOf(id).StartsWith(name, StringComparison.Ordinal)));

    private static string NameOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm");
        }
        catch (IOException)
        {
            return "";
        }
    }

    public static TheoryData<string, NewContainer> Impossible => new()
    {
        { "InvalidPrivileged", new NewContainer { Privileged = true } },
        { "InvalidUserNamespace", new NewContainer { UserNamespace = ContainerUserNamespace.Host } },
        { "InvalidDevice", new NewContainer { Devices = ["/dev/null"] } },
        { "InvalidProcessCount", new NewContainer { ProcessCount = 10 } },
        { "InvalidMemoryBytes", new NewContainer { MemoryBytes = 64 << 20 } },
        { "InvalidNetwork", new NewContainer { Network = "host" } },
        { "InvalidHealth", new NewContainer { Health = new HealthCheck { TcpPort = 80 } } },
    };

    [Fact]
    public async Task What_it_cannot_have_is_refused_by_name_and_nothing_is_made()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var row in Impossible)
        {
            var (id, request) = row.Data;
            var error = host.Refused(Methods.NewContainer, request with { Image = ContainerHost.Image, Isolation = ContainerIsolation.VM });
            Assert.Equal((ErrorCode.InvalidArgument, id), (error.Code, error.Id));
            Assert.StartsWith("New-Container -Isolation ", error.RecommendedAction);
        }

        Assert.Empty(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        // It is looked at whole with -WhatIf, also what the host lacks.
        host.Client.Invoke(Methods.StartContainer, new StartContainer { Create = Machine("true", "whatif") }, new CallOptions { WhatIf = true });
        Assert.Empty(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
    }

    private static string TypeAtTerminal(TestHost host, Container container)
    {
        using var other = VirtClient.Connect(host.Endpoint, "tests/1");
        var (id, text, step) = (Guid.NewGuid(), new StringBuilder(), 0);
        var screen = new Screen(shown =>
        {
            text.Append(shown);
            if (step == 0 && text.ToString().Contains("# ", StringComparison.Ordinal))
            {
                step = 1;
                Type("stty size; tty; sh -c 'echo waits; exec sleep 1000'\n");
            }
            else if (step == 1 && text.ToString().Contains("\nwaits", StringComparison.Ordinal))
            {
                step = 2;
                other.Invoke(Methods.TypeContainer, new TypeContainer { Terminal = id, Columns = 101, Rows = 43 });
                Type("\u0003");
            }
            else if (step == 2 && text.ToString() is var all && all.Contains("^C", StringComparison.Ordinal) && all.LastIndexOf("# ", StringComparison.Ordinal) > all.LastIndexOf("^C", StringComparison.Ordinal))
            {
                step = 3;
                Type("stty size; exit 7\n"); // at its prompt: what is typed before, Ctrl+C throws away
            }
        });
        var exit = host.Client.Invoke(Methods.EnterContainer, new EnterContainer { Id = container.Id, Terminal = id, Columns = 90, Rows = 30 }, observer: screen);
        Assert.Equal(7, exit.ExitCode);
        Assert.Contains("30 90", text.ToString());
        Assert.Contains("/dev/pts/0", text.ToString());
        Assert.Contains("43 101", text.ToString());
        return host.Refused(Methods.TypeContainer, new TypeContainer { Terminal = id }).Id;

        void Type(string keys) => other.Invoke(Methods.TypeContainer, new TypeContainer { Terminal = id, Bytes = Encoding.UTF8.GetBytes(keys) });
    }

    private sealed class Screen(Action<string> shown) : ICallObserver
    {
        public List<ContainerMeasurement> Measured { get; } = [];

        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError) => shown(Encoding.UTF8.GetString(bytes));

        public void OnItem(Message message) => Measured.Add(MessageCodec.ReadValue(message, ContainerMeasurement.WireFormat.Read));
    }
}
