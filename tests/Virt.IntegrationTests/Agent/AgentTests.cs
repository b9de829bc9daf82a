using System;
using System.IO;
using System.Net.Sockets;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Agent;

public sealed class AgentTests
{
    [Fact]
    public async Task The_host_tells_what_it_is()
    {
        await using var host = await TestHost.StartAsync();
        var facts = host.Invoke(Methods.GetVirtHost, new GetVirtHost());
        Assert.Equal(Environment.MachineName, facts.Name);
        Assert.Equal(Environment.ProcessorCount, facts.ProcessorCount);
        Assert.Equal(host.StateFolder, facts.StateFolder);
        Assert.Equal((await File.ReadAllTextAsync("/proc/sys/kernel/osrelease")).Trim(), facts.KernelVersion);
        Assert.NotNull(facts.QemuVersion);
    }

    [Fact]
    public async Task Every_check_of_the_host_that_is_not_ok_says_what_to_do()
    {
        await using var host = await TestHost.StartAsync();
        var checks = host.Invoke(Methods.TestVirtHost, new TestVirtHost()).Items;
        Assert.Contains(checks, c => c is { Name: "QEMU", Result: CheckResult.Ok });
        Assert.All(checks, c => Assert.True(c.Result == CheckResult.Ok || !string.IsNullOrEmpty(c.RecommendedAction), $"{c.Name}: {c.Message}"));
    }

    [Fact]
    public async Task The_socket_is_for_root_and_the_group_alone()
    {
        await using var host = await TestHost.StartAsync("--group", "adm");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            File.GetUnixFileMode(host.Socket));
        Assert.Equal("adm", (await host.RunAsync("stat", "-c", "%G", host.Socket)).Trim());
    }

    [Fact]
    public async Task Without_the_group_the_socket_is_for_root_alone()
    {
        await using var host = await TestHost.StartAsync("--group", "no-such-group");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.Socket));
    }

    [Fact]
    public async Task A_named_pipe_serves_the_same_protocol()
    {
        var pipe = $"virt-test-{Guid.NewGuid():n}";
        await using var host = await TestHost.StartAsync("--listen", $"npipe://./{pipe}");
        using var client = VirtClient.Connect(VirtEndpoint.Parse($"npipe://./{pipe}"), "tests/1");
        Assert.Equal(host.StateFolder, client.Invoke(Methods.GetVirtHost, new GetVirtHost()).StateFolder);
    }

    [Fact]
    public async Task A_second_agent_on_the_same_socket_is_refused_in_one_sentence()
    {
        await using var host = await TestHost.StartAsync();
        var error = await Assert.ThrowsAnyAsync<Exception>(() => host.RunAsync(
            TestHost.AgentProgram, "serve", "--listen", host.Endpoint.Text, "--state", Path.Combine(host.Folder, "state"), "--run", host.RunFolder));
        Assert.Contains("another agent has it open", error.Message);
        host.Invoke(Methods.Ping, new Nothing());
    }

    [Fact]
    public async Task After_a_crash_the_socket_it_left_is_replaced()
    {
        await using var host = await TestHost.StartAsync();
        await host.KillAgentAsync();
        Assert.True(File.Exists(host.Socket));
        Assert.Throws<VirtException>(() => VirtClient.Connect(host.Endpoint, "tests/1"));
        await host.StartAgentAsync();
        host.Invoke(Methods.Ping, new Nothing());
    }

    [Fact]
    public async Task A_stop_removes_the_socket()
    {
        await using var host = await TestHost.StartAsync();
        await host.StopAgentAsync();
        Assert.False(File.Exists(host.Socket));
    }

    [Theory]
    [InlineData("--nope", "x")]
    [InlineData("--listen", "tcp://x")]
    [InlineData("--state")]
    public async Task A_wrong_option_is_one_sentence(params string[] options)
    {
        await using var host = await TestHost.StartAsync();
        var error = await Assert.ThrowsAnyAsync<Exception>(() => host.RunAsync([TestHost.AgentProgram, "serve", .. options]));
        Assert.Contains("ended with 1: Cannot use", error.Message);
    }

    [Fact]
    public async Task Garbage_from_many_clients_leaves_the_agent_serving_with_no_more_memory()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.Ping, new Nothing());
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(host.Socket));
            // One in three claims 4 GB that never come.
            byte[] bytes = i % 3 == 0 ? [0x94, 0x00, 0x01, 0xdb, 0xff, 0xff, 0xff, 0xff] : new byte[random.Next(1, 2000)];
            if (i % 3 != 0)
            {
                random.NextBytes(bytes);
            }

            try
            {
                await socket.SendAsync(bytes);
            }
            catch (SocketException)
            {
                // The agent was faster to hang up.
            }
        }

        host.Invoke(Methods.Ping, new Nothing());
        host.Agent.Refresh();
        Assert.InRange(host.Agent.WorkingSet64, 0, 64L << 20);
    }
}
