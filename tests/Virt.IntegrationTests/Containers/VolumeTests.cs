using System;
using System.IO;
using System.Net.Sockets;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Linux.Files;
using Virt.Linux.Security;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Folders of the host in a container, and the host's network.</summary>
public sealed class VolumeTests
{
    [Fact]
    public async Task A_folder_of_the_host_is_seen_written_and_found_again_after_a_restart_of_both()
    {
        await using var host = await TestHost.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "da,ta: x")).FullName;
        var container = host.Run(ContainerHost.Script("echo first >>/srv/deep/data/f; exec sleep 1000") with { Volumes = [$"{folder}:/srv/deep/data"] });
        Assert.Equal([$"{folder}:/srv/deep/data"], container.Volumes);
        await Poll.UntilAsync(() => File.Exists(Path.Combine(folder, "f")), "the file");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal("first\n", host.Exec(container, "cat /srv/deep/data/f").Output);
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, TurnOff = true });
        host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        await Poll.UntilAsync(() => host.Exec(container, "cat /srv/deep/data/f").Output == "first\nfirst\n", "the second start's line");
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        Assert.True(File.Exists(Path.Combine(folder, "f")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task One_that_may_only_be_read_cannot_be_written_nor_what_is_mounted_below_it()
    {
        await using var host = await TestHost.MakeAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "data")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "below"));
        await host.RunAsync("mount", "-t", "tmpfs", "none", Path.Combine(folder, "below"));
        await host.StartAgentAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Volumes = [$"{folder}:/data:ro", $"{folder}:/both"] });
        var output = host.Exec(container, "touch /data/a /data/below/b 2>&1; touch /both/below/c && ls /data/below; mknod /both/null c 1 3 2>&1").Output;
        Assert.Equal("touch: /data/a: Read-only file system\ntouch: /data/below/b: Read-only file system\nc\nmknod: /both/null: Operation not permitted\n", output);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(ContainerUserNamespace.Private)]
    [InlineData(ContainerUserNamespace.Host)]
    public async Task A_file_and_a_socket_of_the_host_are_seen_at_files_that_are_made(ContainerUserNamespace users)
    {
        await using var host = await TestHost.StartAsync();
        var file = Path.Combine(host.Files, "site.conf");
        var path = Path.Combine(host.Files, "app.sock");
        File.WriteAllText(file, "of the host\n");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        string[] volumes = [$"{file}:/etc/made/here/site.conf:ro", $"{file}:/etc/hostname", $"{path}:/run/app.sock"];
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Volumes = volumes, UserNamespace = users, HostName = "box" });
        Assert.Equal(volumes, host.Get(container).Volumes);
        Assert.Equal("of the host\nof the host\nRead-only file system\n0 0\nbox\n", host.Exec(container, "cat /etc/made/here/site.conf /etc/hostname; (echo x >/etc/made/here/site.conf) 2>&1 | sed 's/.*: //'; stat -c '%u %g' /etc/made/here/site.conf; hostname").Output);
        host.Exec(container, "echo from inside >/etc/hostname");
        Assert.Equal("from inside\n", File.ReadAllText(file));
        Assert.Equal("socket\n", host.Exec(container, "stat -c %F /run/app.sock").Output);
        using (var inside = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await inside.ConnectAsync(new UnixDomainSocketEndPoint($"/proc/{container.ProcessId}/root/run/app.sock"), TestContext.Current.CancellationToken);
            using var come = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        }

        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id, TurnOff = true });
        Assert.Equal("from inside\n", host.Exec(container, "cat /etc/made/here/site.conf").Output);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task A_file_comes_and_goes_while_it_runs()
    {
        await using var host = await TestHost.StartAsync();
        var file = Path.Combine(host.Files, "site.conf");
        File.WriteAllText(file, "of the host\n");
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        var changed = host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = [$"{file}:/etc/deep/site.conf:ro", $"{file}:/etc/passwd"] });
        Assert.Equal((container.ProcessId, ""), (changed.ProcessId, changed.Status));
        Assert.Equal("of the host\nof the host\n", host.Exec(container, "cat /etc/deep/site.conf /etc/passwd").Output);
        Assert.Equal("1\n", host.Exec(container, "grep -c ' /etc/deep/site.conf [^ ]* ro,' /proc/mounts").Output);

        // A folder's place is no file's, and the other way round; it is said, and nothing is started anew for it.
        foreach (var wrong in new[] { $"{file}:/bin", $"{host.Files}:/bin/busybox" })
        {
            Assert.Equal("VolumePlaceOtherKind", host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = [$"{file}:/etc/deep/site.conf:ro", wrong] }).Id);
            Assert.Equal("VolumePlaceOtherKind", host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script("exit 0") with { Volumes = [wrong] } }).Id);
        }

        Assert.Equal("of the host\nof the host\n", host.Exec(container, "cat /etc/deep/site.conf /etc/passwd").Output);
        changed = host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = [] });
        Assert.Equal((container.ProcessId, ""), (changed.ProcessId, changed.Status));
        Assert.Equal("0\n", host.Exec(container, "grep -c of.the.host /etc/passwd /etc/deep/site.conf | grep -v :0 | wc -l").Output);
    }

    [Theory]
    [InlineData("OUTSIDE")]
    [InlineData("/proc/self/fd/4")]
    public async Task A_link_where_a_file_belongs_leads_nowhere_out_of_the_root(string target)
    {
        await using var host = await TestHost.StartAsync();
        var file = Path.Combine(host.Files, "site.conf");
        var outside = Directory.CreateDirectory(Path.Combine(host.Files, "outside")).FullName;
        File.WriteAllText(file, "x");
        var container = host.RunToEnd(ContainerHost.Script($"ln -s {target.Replace("OUTSIDE", outside, StringComparison.Ordinal)} /tmp/l; ln -s {outside}/new /tmp/m"));
        foreach (var place in new[] { "/tmp/l/f", "/tmp/m" })
        {
            host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = [$"{file}:{place}"] });
            Assert.Equal("ContainerLaunchFailed", host.Refused(Methods.StartContainer, new StartContainer { Id = container.Id }).Id);
        }

        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    [Fact]
    public async Task What_is_no_folder_and_cannot_be_a_volume_is_refused()
    {
        await using var host = await TestHost.StartAsync();
        var device = host.Refused(Methods.NewContainer, ContainerHost.Script("exit 0", "c") with { Volumes = ["/dev/null:/srv/null"] });
        Assert.Equal(("InvalidVolume", "New-Container -Image starter -Device /dev/null:/srv/null"), (device.Id, device.RecommendedAction));
        var missing = host.Refused(Methods.NewContainer, ContainerHost.Script("exit 0", "c") with { Volumes = ["/no/such:/x"] });
        Assert.Equal("Cannot create container 'c': the host has neither a folder nor a file '/no/such' for its volume '/no/such:/x'.", missing.Message);
        var path = Path.Combine(host.Files, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        var machine = Assert.Throws<VirtException>(() => host.Invoke(Methods.NewContainer, ContainerHost.Script("exit 0", "c") with { Volumes = [$"{path}:/s"], Isolation = ContainerIsolation.VM }));
        Assert.Equal((ErrorCode.NotSupported, "VolumeNotForMachine"), (machine.Code, machine.Id));
    }

    [Fact]
    public async Task Without_SELinux_relabelling_is_taken_and_nothing_is_written()
    {
        Assert.False(Directory.Exists("/sys/fs/selinux"), "these tests are for hosts without SELinux; those with it are in SELinux/SELinuxTests");
        await using var host = await TestHost.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "data")).FullName;
        File.WriteAllText(Path.Combine(folder, "f"), "here");
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Volumes = [$"{folder}:/one:ro,z", $"{folder}:/two:Z", "/etc:/etc2:ro,Z"] });
        Assert.Equal([$"{folder}:/one:ro,z", $"{folder}:/two:Z", "/etc:/etc2:ro,Z"], container.Volumes);
        Assert.Equal(("", "here"), (container.ProcessLabel, host.Exec(container, "cat /two/f").Output));
        foreach (var path in new[] { folder, "/etc", Path.Combine(host.StateFolder, "containers", $"{container.Id}", "upper") })
        {
            using var place = FileHandles.OpenFolder(path);
            Assert.Null(FileLabel.Read(place));
        }

        Assert.Contains(host.Invoke(Methods.TestVirtHost, new TestVirtHost()).Items, static check => check is { Name: "SELinux", Result: CheckResult.Ok, Message: "SELinux is not in use: containers have no labels." });
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("../tmp", true)]
    [InlineData("/proc/self/fd/4", false)]
    [InlineData("OUTSIDE", false)]
    public async Task A_link_in_the_root_leads_nowhere_out_of_it(string target, bool works)
    {
        await using var host = await TestHost.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "data")).FullName;
        var outside = Directory.CreateDirectory(Path.Combine(host.Folder, "outside")).FullName;
        var container = host.RunToEnd(ContainerHost.Script("ls /srv/l/x >/dev/null && echo data >/srv/l/x/f; exit 0") with { Volumes = [$"{folder}:/srv/l/x"] });
        var link = Path.Combine(host.StateFolder, "containers", $"{container.Id}", "upper", "srv", "l");
        File.Delete(Path.Combine(folder, "f"));
        Directory.Delete(link, recursive: true);
        File.CreateSymbolicLink(link, target.Replace("OUTSIDE", outside, StringComparison.Ordinal));
        if (works)
        {
            host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
            host.WaitFor(container, WaitCondition.Stopped);
            Assert.True(File.Exists(Path.Combine(folder, "f")));
        }
        else
        {
            Assert.Equal("ContainerLaunchFailed", host.Refused(Methods.StartContainer, new StartContainer { Id = container.Id }).Id);
            Assert.Empty(Directory.GetFileSystemEntries(folder));
        }

        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Directory.Delete(folder, recursive: true);
        Directory.Delete(outside);
    }

    [Fact]
    public async Task What_the_agent_holds_open_is_no_working_folder()
    {
        await using var host = await TestHost.StartAsync();
        for (var descriptor = 3; descriptor < 12; descriptor++)
        {
            var error = host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script("pwd") with { WorkingDirectory = $"/proc/self/fd/{descriptor}" } });
            Assert.True(error.Id is "WorkingDirectoryNotUsable" or "ContainerLaunchFailed", error.Message);
        }
    }

    [Theory]
    [InlineData("relative:/data", "VolumeNotFound")]
    [InlineData("../relative:/data", "InvalidVolume")]
    [InlineData("/tmp", "InvalidVolume")]
    [InlineData("/tmp:/", "InvalidVolume")]
    [InlineData("/tmp:/proc/x", "InvalidVolume")]
    [InlineData("/tmp:/a/../b", "InvalidVolume")]
    [InlineData("/no/such/folder:/data", "VolumeFolderNotFound")]
    public async Task What_cannot_be_a_volume_is_refused(string volume, string id)
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(id, host.Refused(Methods.NewContainer, ContainerHost.Script("exit 0") with { Volumes = [volume] }).Id);
        Assert.Equal("NetworkNotFound", host.Refused(Methods.NewContainer, ContainerHost.Script("exit 0") with { Network = "bridge" }).Id);
    }

    [Fact]
    public async Task A_folder_that_has_gone_is_said_to_be_at_the_start()
    {
        await using var host = await TestHost.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "data")).FullName;
        var container = host.Invoke(Methods.NewContainer, ContainerHost.Script("exit 0") with { Volumes = [$"{folder}:/data"] });
        Directory.Delete(folder);
        var error = host.Refused(Methods.StartContainer, new StartContainer { Id = container.Id });
        Assert.Equal((ErrorCode.NotFound, "VolumeFolderNotFound"), (error.Code, error.Id));
        Assert.Equal(ContainerState.Failed, host.Get(container).State);
    }

    [Fact]
    public async Task In_the_host_s_network_it_has_the_host_s_links_ports_and_names()
    {
        await using var host = await TestHost.StartAsync();
        await host.RunAsync("ip", "link", "add", "bridge7", "type", "bridge");
        var container = host.Run(ContainerHost.Script("echo hello >/tmp/f; exec httpd -f -p 127.0.0.1:8099 -h /tmp") with { Network = "Host", HostName = "box" });
        Assert.Equal("host", container.Network);
        Assert.Equal("bridge7\nlo\n", host.Exec(container, "ls /sys/class/net").Output);
        await Poll.UntilAsync(() => host.Exec(container, "wget -qO- http://127.0.0.1:8099/f").Output == "hello\n", "the service");
        Assert.Contains("hello", await host.RunAsync("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8099; printf 'GET /f HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"), StringComparison.Ordinal);
        Assert.Equal("box\n", host.Exec(container, "hostname").Output);
        if (File.Exists("/etc/resolv.conf"))
        {
            Assert.Equal(await File.ReadAllTextAsync("/etc/resolv.conf", TestContext.Current.CancellationToken), host.Exec(container, "cat /etc/resolv.conf").Output);
        }

        Assert.Equal("none", host.RunToEnd(ContainerHost.Script("exit 0")).Network);
    }
}
