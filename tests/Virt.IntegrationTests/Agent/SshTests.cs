using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Module;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Agent;

/// <summary>A real sshd on loopback and the real ssh client, with keys and configuration of their own.</summary>
public sealed class SshTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("vt-ssh-").FullName;
    private readonly int port = FreePort();
    private TestHost host = null!;
    private Process server = null!;

    public async ValueTask InitializeAsync()
    {
        host = await TestHost.StartAsync();
        foreach (var key in new[] { "host", "user" })
        {
            await host.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, key));
        }

        File.Copy(Path.Combine(folder, "user.pub"), Path.Combine(folder, "authorized"));
        await File.WriteAllTextAsync(Path.Combine(folder, "known"), $"[127.0.0.1]:{port} {await File.ReadAllTextAsync(Path.Combine(folder, "host.pub"))}");
        await File.WriteAllTextAsync(Path.Combine(folder, "sshd_config"), $"""
            ListenAddress 127.0.0.1
            Port {port}
            HostKey {folder}/host
            AuthorizedKeysFile {folder}/authorized
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            StrictModes no
            UsePAM no
            PidFile none
            SetEnv PATH={Path.GetDirectoryName(TestHost.AgentProgram)}:/usr/bin:/bin
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "ssh_config"), $"""
            Host web
              HostName 127.0.0.1
              Port {port}
            Host *
              IdentityFile {folder}/user
              IdentitiesOnly yes
              BatchMode yes
              UserKnownHostsFile {folder}/known
            """);
        var wrapper = Path.Combine(folder, "ssh");
        await File.WriteAllTextAsync(wrapper, $"#!/bin/sh\nexec ssh -F {folder}/ssh_config \"$@\"\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("VIRT_SSH", wrapper);
        Directory.CreateDirectory("/run/sshd");
        server = Process.Start(new ProcessStartInfo("/usr/sbin/sshd", ["-D", "-e", "-f", Path.Combine(folder, "sshd_config")]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var listening = new TaskCompletionSource();
        server.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("listening", StringComparison.Ordinal) == true)
            {
                listening.TrySetResult();
            }
        };
        server.BeginErrorReadLine();
        await listening.Task.WaitAsync(Poll.Limit);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("VIRT_SSH", null);
        server.Kill(entireProcessTree: true);
        await server.WaitForExitAsync();
        server.Dispose();
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_agent_of_another_host_answers_through_ssh()
    {
        using var client = Connect($"ssh://root@127.0.0.1:{port}{host.Socket}");
        Assert.Equal(host.StateFolder, client.Invoke(Methods.GetVirtHost, new GetVirtHost()).StateFolder);
        for (var i = 0; i < 20; i++)
        {
            client.Invoke(Methods.Ping, new Nothing());
        }
    }

    [Fact]
    public void A_name_of_the_users_ssh_config_is_enough()
    {
        using var client = Connect($"ssh://web{host.Socket}");
        Assert.Equal(Environment.MachineName, client.Agent.HostName);
    }

    [Fact]
    public void Where_no_agent_listens_there_the_error_says_so()
    {
        var error = Assert.Throws<VirtException>(() => Connect("ssh://web/run/no-such-agent.sock"));
        Assert.Equal(ErrorCode.Unavailable, error.Code);
        Assert.Contains("nobody listens there", error.Message);
    }

    [Fact]
    public void A_host_whose_key_is_not_known_is_refused_with_sshs_own_reason()
    {
        File.WriteAllText(Path.Combine(folder, "known"), "");
        var error = Assert.Throws<VirtException>(() => Connect($"ssh://web{host.Socket}"));
        Assert.Equal("SshFailed", error.Id);
        Assert.Contains("Host key verification failed", error.Message);
    }

    [Fact]
    public void A_user_without_the_key_is_refused_with_sshs_own_reason()
    {
        File.WriteAllText(Path.Combine(folder, "authorized"), "");
        var error = Assert.Throws<VirtException>(() => Connect($"ssh://web{host.Socket}"));
        Assert.Contains("Permission denied", error.Message);
        Assert.Contains("virt-agent --version", error.RecommendedAction);
    }

    [Fact]
    public void When_the_ssh_server_dies_the_call_ends_with_one_typed_error()
    {
        using var client = Connect($"ssh://web{host.Socket}");
        server.Kill(entireProcessTree: true);
        var error = Assert.Throws<VirtException>(() => client.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = Guid.NewGuid() }));
        Assert.Equal(ErrorCode.Unavailable, error.Code);
    }

    [Fact]
    public async Task A_session_connects_hosts_by_name_and_a_dead_one_is_one_error()
    {
        var socket = $"ssh://web{host.Socket}";
        var result = await VirtShell.RunAsync("unix:///nowhere/agent.sock", "-NonInteractive", "-Command", $$"""
            $found = Connect-VirtHost {{socket}}, ssh://web/run/no-such-agent.sock, web -ErrorVariable problems -ErrorAction SilentlyContinue
            "$(@($found).Count) greeted: $($found.Name) as $($found.ComputerName)"
            "errors about: $(($problems | ForEach-Object TargetObject | Sort-Object) -join ' ')"
            "$(($problems | ForEach-Object { "$($_.CategoryInfo.Category)" } | Sort-Object) -join ' ')"
            $null = Connect-VirtHost {{socket}} -Name b -Default
            "default: $((Get-VirtHost).ComputerName)"
            $both = Get-VirtHost -ComputerName b, unix:///nowhere/agent.sock -ErrorVariable dead -ErrorAction SilentlyContinue
            "together: $($both.ComputerName), $(@($dead).Count) error about $($dead[0].TargetObject)"
            $made = Start-Container -Image starter -Name over-ssh -Command sleep, 600 -ComputerName b
            "made: $($made.State) on $($made.ComputerName)"
            $made | Remove-Container -Force
            Disconnect-VirtHost *
            """);
        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        Assert.Equal(
            [
                $"1 greeted: {Environment.MachineName} as {socket}", "errors about: ssh://web/run/no-such-agent.sock web", "ConnectionError ConnectionError",
                "default: b", "together: b, 1 error about unix:///nowhere/agent.sock", "made: Running on b",
            ],
            result.Output.Trim().Split('\n').Select(line => line.Trim()));
    }

    private static VirtClient Connect(string endpoint) => VirtClient.Connect(VirtEndpoint.Parse(endpoint), "tests/1");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
