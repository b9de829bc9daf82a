using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Images;
using Virt.IntegrationTests.Module;
using Virt.IntegrationTests.SystemdGuest;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Containers in a guest, by the agent inside it (docs/adr/0032): the same calls, errors and streams as on a host, on cgroup version 2.</summary>
public sealed class InsideTests(InsideHost inside) : IClassFixture<InsideHost>
{
    [Fact]
    public void The_agent_was_put_there_with_progress_and_stays()
    {
        Assert.Contains(inside.FirstTime.Progress, static p => p is { Activity: "Reaching the agent in VM 'web01'", Status: "putting it into its guest", PercentComplete: > 0 });
        Assert.Equal("active enabled", inside.Run("echo $(systemctl is-active virt-agent) $(systemctl is-enabled virt-agent)"));
        Assert.Equal("digest libe_sqlite3.so virt-agent", inside.Run("echo $(ls -A /usr/local/lib/virt)"));
        Assert.True(inside.Host.Get("web01").HasAgent);
        using var client = inside.Connect();
        Assert.Equal((2, "web01"), (client.Invoke(Methods.GetVirtHost, new GetVirtHost()).CgroupVersion, client.Agent.HostName));
    }

    [Fact]
    public void A_container_runs_in_the_guest_with_its_limits_in_the_unified_hierarchy()
    {
        using var client = inside.Connect();
        var container = client.Run(ContainerHost.Script("exec sleep 1000", "shop") with { MemoryBytes = 64 << 20, CpuCount = 0.5, ProcessCount = 32 });
        try
        {
            var cgroup = "/sys/fs/cgroup" + inside.Run($"sed -n s/^0:://p /proc/{container.ProcessId}/cgroup");
            Assert.StartsWith("/sys/fs/cgroup/virt-", cgroup);
            Assert.Equal("67108864 50000 100000 32 cgroup2fs", inside.Run($"cd {cgroup}; echo $(cat memory.max cpu.max pids.max) $(stat -f -c %T .)"));
            Assert.InRange(client.Get(container).MemoryBytes ?? 0, 1, 64 << 20);
            Assert.Empty(inside.Host.Invoke(Methods.GetContainer, new GetContainer()).Items);

            // Standard input, output and error, an exit code.
            var output = new Guest.OutputRecorder();
            var exit = client.Invoke(
                Methods.InvokeContainerCommand,
                new InvokeContainerCommand { Id = container.Id, Command = ["/bin/sh", "-c", "cat; echo no >&2; exit 7"], HasInput = true },
                observer: output,
                stdin: InsideHost.Input("from outside\n"));
            Assert.Equal((7, "from outside\n", "no\n"), (exit.ExitCode, output.Output, output.Error));

            Assert.Equal((ErrorCode.AlreadyExists, "shop"), Assert.Throws<VirtException>(() => client.Run(ContainerHost.Script("true", "shop"))) is var e ? (e.Code, e.Target) : default);
            Assert.Equal(ContainerState.Stopped, client.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, Timeout = TimeSpan.Zero }).State);
        }
        finally
        {
            client.Remove(container);
        }

        // But the one that is ready for the next.
        inside.Run("for i in $(seq 100); do [ $(find /sys/fs/cgroup -mindepth 2 -path '*/virt-*/*' -type d | wc -l) = 1 ] && exit; sleep 0.1; done; exit 1");
        Assert.Equal("", inside.Run("cat /sys/fs/cgroup/virt-*/*/cgroup.procs"));
    }

    [Fact]
    public void An_image_of_forty_layers_runs_also_on_a_kernel_that_must_be_told_of_all_of_them_at_once()
    {
        // Linux 6.1; from 6.8 on each is told by itself.
        Assert.StartsWith("6.1.", inside.Run("uname -r"), StringComparison.Ordinal);
        var host = inside.Host;
        host.New("deep:0", ImageBench.StarterRoot);
        for (var layer = 1; layer < 40; layer++)
        {
            var container = host.Run(new NewContainer { Image = $"deep:{layer - 1}", Command = ["sleep", "600"], Name = "draft" });
            Assert.Equal("", host.Exec(container, $"echo {layer} > /of-{layer}; echo {layer} > /last").Error);
            host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = $"deep:{layer}", Container = "draft" });
            host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Name = container.Name, Force = true });
        }

        inside.Put(host.Export("deep:39", "deep.tar", ContainerImageFormat.Oci), "/root/deep.tar");
        using var client = inside.Connect();
        Assert.Equal(40, client.Invoke(Methods.ImportContainerImage, new ImportContainerImage { Path = "/root/deep.tar", Name = "deep:1" }).Items.Single().Layers.Length);
        foreach (var users in new[] { ContainerUserNamespace.Private, ContainerUserNamespace.Host })
        {
            var one = client.Run(new NewContainer { Image = "deep:1", Command = ["/bin/sh", "-c", "exec sleep 1000"], UserNamespace = users });
            try
            {
                Assert.Equal("39 39 1 39\n", Output(client, one, "echo $(ls /of-* | wc -l) $(cat /last /of-1 /of-39); echo own > /of-1"));
                Assert.Equal("own 0\n", Output(client, one, "echo $(cat /of-1) $(stat -c %u /of-1)"));
            }
            finally
            {
                client.Remove(one);
            }
        }

        Assert.Equal("", inside.Run("ls /run/virt/places; grep /run/virt/places /proc/mounts; true"));
    }

    [Theory]
    [InlineData(ContainerUserNamespace.Private)]
    [InlineData(ContainerUserNamespace.Host)]
    public void Limits_and_volumes_of_one_that_runs_change_and_its_first_process_goes_on(ContainerUserNamespace users)
    {
        inside.Run("mkdir -p /srv/shop && echo stock > /srv/shop/name");
        using var client = inside.Connect();
        var container = client.Run(ContainerHost.Script("exec sleep 1000") with { UserNamespace = users, MemoryBytes = 64 << 20 });
        try
        {
            var changed = client.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = ["/srv/shop:/shop:ro"], MemoryBytes = 96 << 20, CpuCount = 0.25, ProcessCount = 20 });
            Assert.Equal((container.ProcessId, ""), (changed.ProcessId, changed.Status));
            Assert.Equal("stock\ntouch: /shop/x: Read-only file system\n", Output(client, container, "cat /shop/name; touch /shop/x 2>&1"));
            var cgroup = "/sys/fs/cgroup" + inside.Run($"sed -n s/^0:://p /proc/{container.ProcessId}/cgroup");
            Assert.Equal($"{96 << 20} 25000 100000 20", inside.Run($"cd {cgroup}; echo $(cat memory.max cpu.max pids.max)"));
            Assert.Equal(container.ProcessId, client.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = [] }).ProcessId);
            Assert.Equal("0\n", Output(client, container, "grep -c ' /shop ' /proc/mounts"));
        }
        finally
        {
            client.Remove(container);
        }
    }

    [Fact]
    public async Task Many_calls_at_once_share_the_port_and_a_slow_reader_holds_up_only_himself()
    {
        using var client = inside.Connect();
        var container = client.Run(ContainerHost.Script("exec sleep 1000"));
        try
        {
            var slow = new SlowReader();
            var reading = Task.Run(() =>
            {
                using var own = inside.Connect();
                return own.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["/bin/sh", "-c", "head -c 8000000 /dev/zero"] }, observer: slow).ExitCode;
            });
            Assert.True(await slow.HasBegun.Task.WaitAsync(TimeSpan.FromMinutes(2)));

            var sizes = await Task.WhenAll(Enumerable.Range(1, 6).Select(i => Task.Run(() =>
            {
                using var own = inside.Connect();
                var output = new Guest.OutputRecorder();
                var sent = new string((char)('a' + i), 100_000 * i);
                own.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["cat"], HasInput = true }, observer: output, stdin: InsideHost.Input(sent));
                return output.Output == sent;
            })));
            Assert.All(sizes, Assert.True);
            Assert.False(reading.IsCompleted);

            slow.MayGoOn.Set();
            Assert.Equal((0, 8_000_000L), (await reading, slow.Count));
        }
        finally
        {
            client.Remove(container);
        }
    }

    [Fact]
    public void A_call_is_cancelled_in_the_guest_and_its_connection_serves_the_next()
    {
        using var client = inside.Connect();
        var container = client.Run(ContainerHost.Script("exec sleep 1000"));
        try
        {
            using var cancel = new CancellationTokenSource();
            var begun = new CancelAtOutput(cancel);
            var e = Assert.Throws<VirtException>(() => client.Invoke(
                Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["/bin/sh", "-c", "echo begun; exec sleep 4711"] }, observer: begun, cancellation: cancel.Token));
            Assert.Equal(ErrorCode.Cancelled, e.Code);
            Assert.Equal("0", inside.Run("grep -lx -a 'sleep.4711.*' /proc/[0-9]*/cmdline | wc -l"));
            Assert.Equal(ContainerState.Running, client.Get(container).State);
        }
        finally
        {
            client.Remove(container);
        }
    }

    [Fact]
    public async Task Either_agent_may_end_and_the_containers_stay()
    {
        Container container;
        using (var client = inside.Connect())
        {
            container = client.Run(ContainerHost.Script("exec sleep 1000"));
            inside.Run("systemctl kill --kill-who=main --signal=KILL virt-agent");
            Assert.Equal("ConnectionLost", Assert.Throws<VirtException>(() => client.Invoke(Methods.WaitContainer, new WaitContainer { Id = container.Id, For = WaitCondition.Stopped, Timeout = Poll.Limit })).Id);
        }

        using (var client = inside.Connect())
        {
            Assert.Equal((ContainerState.Running, container.ProcessId), (client.Get(container).State, client.Get(container).ProcessId));
            await inside.Host.KillAgentAsync();
            Assert.Equal("ConnectionLost", Assert.Throws<VirtException>(() => client.Get(container)).Id);
        }

        await inside.StartAgentAsync();
        using (var client = inside.Connect())
        {
            Assert.Equal(container.ProcessId, client.Get(container).ProcessId);
        }

        // One that was stopped is started; one that was taken away is put there again.
        inside.Run("systemctl stop virt-agent; rm -r /usr/local/lib/virt");
        using (var client = inside.Connect())
        {
            Assert.Equal(container.ProcessId, client.Get(container).ProcessId);
        }

        // With its memory, into another QEMU.
        inside.Host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
        Assert.Equal(ErrorCode.WrongState, inside.Refused("web01").Code);
        inside.Host.Start("web01");
        using (var client = inside.Connect())
        {
            Assert.Equal(container.ProcessId, client.Get(container).ProcessId);
            client.Remove(container);
        }
    }

    [Fact]
    public async Task A_guest_that_was_restarted_knows_its_containers()
    {
        Container container;
        using (var client = inside.Connect())
        {
            container = client.Run(ContainerHost.Script("exec sleep 1000") with { RestartPolicy = RestartPolicy.Always });
        }

        var boot = inside.Run("cat /proc/sys/kernel/random/boot_id");
        inside.Host.Invoke(Methods.RestartVM, new RestartVM { Name = "web01", Timeout = TimeSpan.FromMinutes(3) });
        inside.Host.Wait("web01", WaitCondition.GuestAgent);
        Assert.NotEqual(boot, inside.Run("cat /proc/sys/kernel/random/boot_id"));
        using var next = inside.Connect();
        await Poll.UntilAsync(() => next.Get(container).State == ContainerState.Running, "the container's start with its host");
        next.Remove(container);
    }

    [Fact]
    public void Who_has_no_agent_to_be_reached_is_told_what_to_type()
    {
        var host = inside.Host;
        var nobody = inside.Refused("web02");
        Assert.Equal((ErrorCode.NotFound, "VMNotFound", "web02", true), (nobody.Code, nobody.Id, nobody.Target, nobody.IsOfHost));
        host.NewEmpty("plain");
        host.Invoke(Methods.NewVM, new NewVM { Name = "blank", Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true, WithAgent = true });
        var without = inside.Refused("plain");
        Assert.Equal((ErrorCode.NotSupported, "VMWithoutAgent", "Stop-VM plain; Set-VM plain -WithAgent; Start-VM plain"), (without.Code, without.Id, without.RecommendedAction));
        Assert.Equal((ErrorCode.WrongState, "Start-VM -Name blank"), inside.Refused("blank") is var off ? (off.Code, off.RecommendedAction) : default);
        host.Start("blank");
        var notUp = inside.Refused("blank");
        Assert.Equal((ErrorCode.Unavailable, "VMAgentUnavailable", "Wait-VM -Name blank -For GuestAgent"), (notUp.Code, notUp.Id, notUp.RecommendedAction));
        Assert.Equal(ErrorCode.WrongState, host.Refused(Methods.SetVM, new SetVM { Name = "blank", HasAgent = false }).Code);
        host.Stop("blank", turnOff: true);
        Assert.False(host.Invoke(Methods.SetVM, new SetVM { Name = "blank", HasAgent = false }).HasAgent);
        Assert.True(host.Invoke(Methods.SetVM, new SetVM { Name = "plain", HasAgent = true }).HasAgent);
        Assert.True(host.Copy("plain", "other").Single().HasAgent);
    }

    [Fact]
    public void A_guest_that_is_none_for_this_agent_says_why()
    {
        inside.Host.Invoke(Methods.NewVM, new NewVM { Name = "small", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, WithAgent = true });
        inside.Host.Start("small");
        inside.Host.Wait("small", WaitCondition.GuestAgent);
        Assert.Equal((ErrorCode.NotSupported, "GuestWithoutSystemd"), inside.Refused("small") is var e ? (e.Code, e.Id) : default);
        inside.Host.Stop("small", turnOff: true);
    }

    [Fact]
    public async Task The_cmdlets_reach_it_by_the_machines_name()
    {
        var result = await VirtShell.RunAsync(inside.Host.Endpoint.Text, "-NoLogo", "-NonInteractive", "-Command", """
            $c = New-Container -Name api -Image starter -Command sleep, 1000 -ComputerName vm:web01
            $c | Start-Container
            "$($c.ComputerName) $((Get-Container -ComputerName vm:web01).State)"
            'a', 'b' | Invoke-ContainerCommand api -ComputerName VM:web01 -Command cat
            Connect-VirtHost vm:web01 -Name shop | Out-Null
            (Get-Container api -ComputerName shop).Name
            Get-Container no, nope -ComputerName vm:nosuch -ErrorAction SilentlyContinue -ErrorVariable problem
            "$($problem.Count) $($problem[0].FullyQualifiedErrorId.Split(',')[0]) $($problem[0].TargetObject)"
            Get-Container -ComputerName vm:web01 | Remove-Container -Force
            @(Get-Container -ComputerName vm:web01).Count
            """);
        Assert.Equal(("", "vm:web01 Running a b api 1 VMNotFound vm:nosuch 0"), (result.Error, string.Join(' ', result.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
    }

    private sealed class SlowReader : ICallObserver
    {
        public TaskCompletionSource<bool> HasBegun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim MayGoOn { get; } = new();

        public long Count { get; private set; }

        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError)
        {
            HasBegun.TrySetResult(true);
            MayGoOn.Wait();
            Count += bytes.Length;
        }

        public void OnItem(Message message)
        {
        }
    }

    private static string Output(VirtClient client, Container container, string script)
    {
        var output = new Guest.OutputRecorder();
        client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["/bin/sh", "-c", script] }, observer: output);
        return output.Output + output.Error;
    }

    private sealed class CancelAtOutput(CancellationTokenSource cancel) : ICallObserver
    {
        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError) => cancel.Cancel();

        public void OnItem(Message message)
        {
        }
    }
}
