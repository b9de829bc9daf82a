using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.SystemdGuest;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.SELinux;

/// <summary>Containers on a host that enforces SELinux (docs/adr/0038-selinux.md): what they are labelled with, and what the kernel refuses them.</summary>
public sealed class SELinuxTests(SELinuxHost host) : IClassFixture<SELinuxHost>
{
    private const string Label = @"^system_u:system_r:container_t:s0:c\d+,c\d+$";

    [Fact]
    public async Task Where_the_policy_knows_no_containers_they_run_without_labels_and_the_host_is_warned()
    {
        await host.LoadAsync("plain");
        using var client = await host.Guest.ConnectAsync();
        var check = Assert.Single(client.Invoke(Methods.TestVirtHost, new TestVirtHost()).Items, static check => check.Name == "SELinux");
        Assert.Equal((CheckResult.Warning, "SELinux is in use, but its policy has no container_t and container_file_t: containers run without labels of their own."), (check.Result, check.Message));
        Assert.Contains("container-selinux", check.RecommendedAction, StringComparison.Ordinal);
        var container = client.Run(ContainerHost.Script("exec sleep 1000") with { Volumes = ["/srv:/srv:z"] });
        try
        {
            Assert.Equal(("", "system_u:system_r:host_t:s0"), (client.Get(container).ProcessLabel, Exec(client, container, "cat /proc/self/attr/current")));
            Assert.Equal("system_u:object_r:host_file_t:s0", await LabelOfAsync("/srv"));
        }
        finally
        {
            client.Remove(container);
        }
    }

    [Fact]
    public async Task Every_process_has_the_containers_label_and_so_have_all_its_files()
    {
        await host.LoadAsync("containers");
        using var client = await host.Guest.ConnectAsync();
        Assert.Contains(client.Invoke(Methods.TestVirtHost, new TestVirtHost()).Items, static check => check is { Name: "SELinux", Result: CheckResult.Ok, Message: "SELinux is enforcing: containers run as container_t, each with categories of its own." });
        var request = ContainerHost.Script("cat /proc/self/attr/current; echo; exec sleep 1000") with
        {
            Tmpfs = ["/cache"],
            Devices = ["/dev/zero:/dev/nought"],
            Health = new HealthCheck { Command = ["/bin/sh", "-c", "cat /proc/self/attr/current > /health"], Interval = TimeSpan.FromSeconds(1) },
        };
        foreach (var one in new[] { request, request with { UserNamespace = ContainerUserNamespace.Host }, request with { Init = true }, request with { ReadOnly = true, Health = null } })
        {
            var container = client.Run(one);
            try
            {
                var label = client.Get(container).ProcessLabel;
                Assert.Matches(Label, label);
                await Poll.UntilAsync(() => client.Log(container).Count > 0, "the first process's line");
                Assert.Equal(label, client.Log(container)[0].TrimEnd('\0'));
                Assert.Equal(label, await host.Guest.RunAsync($"tr -d '\\0' </proc/{container.ProcessId}/attr/current"));
                Assert.Equal(label, Exec(client, container, "cat /proc/self/attr/current"));
                var files = label.Replace("system_r:container_t", "object_r:container_file_t", StringComparison.Ordinal);
                foreach (var place in new[] { "/", "/bin/busybox", "/etc/hosts", "/dev", "/dev/shm", "/dev/pts", "/dev/nought", "/cache" })
                {
                    Assert.Equal((place, files), (place, await LabelOfAsync($"/proc/{container.ProcessId}/root{place}")));
                }

                Assert.Equal("system_u:object_r:container_ro_file_t:s0", await LabelOfAsync("/usr/share/virt/images/containers/starter/rootfs/bin/busybox"));
                if (one.Health is not null)
                {
                    await host.Guest.UntilAsync($"test \"$(tr -d '\\0' </proc/{container.ProcessId}/root/health)\" = {label}", "the health command's label");
                }

                Assert.Equal("x y", Exec(client, container, "echo x >/dev/shm/a && echo y >/cache/b && echo z >/dev/null && head -c 1 /dev/nought >/dev/null && echo $(cat /dev/shm/a /cache/b)"));
            }
            finally
            {
                client.Remove(container);
            }
        }
    }

    [Fact]
    public async Task A_terminal_in_a_container_has_its_label_too()
    {
        await host.LoadAsync("containers");
        using var client = await host.Guest.ConnectAsync();
        var container = client.Run(ContainerHost.Script("exec sleep 1000"));
        try
        {
            var screen = new ContainerHost.Observer();
            client.Invoke(Methods.EnterContainer, new EnterContainer { Id = container.Id, Terminal = Guid.NewGuid(), Columns = 200, Rows = 50, Command = ["/bin/sh", "-c", "tty; cat /proc/self/attr/current"] }, observer: screen);
            Assert.Equal($"/dev/pts/0 {client.Get(container).ProcessLabel}", string.Join(' ', screen.Output.ToString().Split(['\r', '\n', '\0'], StringSplitOptions.RemoveEmptyEntries)));
        }
        finally
        {
            client.Remove(container);
        }
    }

    [Fact]
    public async Task Two_containers_do_not_come_to_each_others_files_and_a_container_keeps_its_categories()
    {
        await host.LoadAsync("containers");
        using var client = await host.Guest.ConnectAsync();
        await host.Guest.RunAsync("mkdir -p /srv/own && echo secret >/srv/own/file");
        var one = client.Run(ContainerHost.Script("cp /bin/busybox /busybox2 && echo mine >/mine; exec sleep 1000") with { Volumes = ["/srv/own:/own:Z"], RestartPolicy = RestartPolicy.Always });
        var other = client.Run(ContainerHost.Script("exec sleep 1000") with { Volumes = ["/srv/own:/own"] });
        try
        {
            var label = client.Get(one).ProcessLabel;
            Assert.NotEqual(label, client.Get(other).ProcessLabel);
            Assert.Equal("secret", Exec(client, one, "until test -e /mine; do sleep 1; done; cat /own/file"));
            Assert.Equal("refused", Exec(client, other, "cat /own/file 2>/dev/null || echo refused"));

            client.Invoke(Methods.RestartContainer, new RestartContainer { Id = one.Id, Timeout = TimeSpan.Zero });
            Assert.Equal((label, label, "mine"), (client.Get(one).ProcessLabel, Exec(client, one, "cat /proc/self/attr/current"), Exec(client, one, "cat /mine")));
            var copy = client.Invoke(Methods.CopyContainer, new CopyContainer { Id = one.Id, NewName = "copy" });
            Assert.Matches(Label, copy.ProcessLabel);
            Assert.NotEqual(label, copy.ProcessLabel);
            try
            {
                // What the original has written is the copy's, and no other's: also to be executed, for which the kernel looks at the file below the root.
                client.Invoke(Methods.StartContainer, new StartContainer { Id = copy.Id });
                Assert.Equal("mine", Exec(client, copy, "/busybox2 cat /mine"));
                Assert.Equal("mine", Exec(client, one, "/busybox2 cat /mine"));
            }
            finally
            {
                client.Remove(copy);
            }
        }
        finally
        {
            client.Remove(one);
            client.Remove(other);
        }
    }

    [Fact]
    public async Task A_folder_of_the_host_is_closed_until_it_is_relabelled_and_a_volume_of_ours_is_open()
    {
        await host.LoadAsync("containers");
        using var client = await host.Guest.ConnectAsync();
        await host.Guest.RunAsync("mkdir -p /srv/data/below && echo there >/srv/data/below/file && ln -sfn /etc/shadow /srv/data/link && chmod -R a+rX /srv/data");
        client.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "db" });
        var container = client.Run(ContainerHost.Script("exec sleep 1000") with { Volumes = ["/srv/data:/data", "db:/db"] });
        try
        {
            const string Read = "cat /data/below/file 2>&1 || true";
            Assert.Equal("cat: can't open '/data/below/file': Permission denied", Exec(client, container, Read));
            Assert.Contains("denied", await host.Guest.RunAsync("dmesg | grep 'avc: .*denied.*container_t.*host_file_t' | tail -n 1"), StringComparison.Ordinal);
            Assert.Equal("kept", Exec(client, container, "echo kept >/db/file && cat /db/file"));
            Assert.Equal("system_u:object_r:container_file_t:s0", await LabelOfAsync("/var/lib/virt/volumes/*/data/file"));

            // While it runs.
            client.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = ["/srv/data:/data:ro,z", "db:/db"] });
            Assert.Equal(["/srv/data:/data:ro,z", "db:/db"], client.Get(container).Volumes);
            Assert.Equal("there", Exec(client, container, Read));
            foreach (var (place, type) in new[] { ("/srv/data", "container_file_t"), ("/srv/data/below/file", "container_file_t"), ("/srv/data/link", "container_file_t"), ("/etc/shadow", "host_file_t"), ("/srv", "host_file_t") })
            {
                Assert.Equal((place, $"system_u:object_r:{type}:s0"), (place, await LabelOfAsync(place)));
            }
        }
        finally
        {
            client.Remove(container);
        }
    }

    [Fact]
    public async Task A_folder_of_the_system_is_not_relabelled()
    {
        await host.LoadAsync("containers");
        using var client = await host.Guest.ConnectAsync();
        foreach (var folder in new[] { "/", "/etc", "/usr", "/proc/self/root", "/lib", "/boot", "/var/lib/virt" })
        {
            var e = Assert.Throws<VirtException>(() => client.Run(ContainerHost.Script("true", "refused") with { Volumes = [$"{folder}:/inside:Z"] }));
            Assert.Equal((ErrorCode.InvalidArgument, "VolumeRelabelRefused", "refused"), (e.Code, e.Id, e.Target));
        }

        Assert.Equal("system_u:object_r:host_file_t:s0", await LabelOfAsync("/etc"));
        Assert.Empty(client.Invoke(Methods.GetContainer, new GetContainer()).Items);
    }

    [Fact]
    public async Task Containers_with_more_rights_have_the_label_for_that()
    {
        await host.LoadAsync("containers");
        using var client = await host.Guest.ConnectAsync();
        foreach (var (request, label) in new[]
        {
            (ContainerHost.Script("exec sleep 1000") with { Privileged = true }, "^system_u:system_r:spc_t:s0$"),
            (ContainerHost.Script("exec sleep 1000") with { Isolation = ContainerIsolation.Chroot }, "^system_u:system_r:spc_t:s0$"),
            (ContainerHost.Script("exec sleep 1000") with { Isolation = ContainerIsolation.Jail }, Label),
            (new NewContainer { Image = "debian-system", Isolation = ContainerIsolation.System }, @"^system_u:system_r:container_init_t:s0:c\d+,c\d+$"),
        })
        {
            var container = client.Run(request);
            try
            {
                Assert.Matches(label, client.Get(container).ProcessLabel);
                try
                {
                    Assert.Equal(client.Get(container).ProcessLabel, Exec(client, container, "cat /proc/self/attr/current"));
                }
                catch (VirtException)
                {
                    Assert.Fail(await WhyAsync(client, container));
                }

                if (request.Isolation == ContainerIsolation.System)
                {
                    await Poll.UntilAsync(() => Exec(client, container, "systemctl is-active web.service || true") == "active", () => $"its service, its log: {string.Join('\n', client.Log(container))}");
                    Assert.NotEmpty(client.Log(container)); // written to its console
                }
            }
            finally
            {
                client.Remove(container);
            }
        }
    }

    private Task<string> LabelOfAsync(string place) => host.Guest.RunAsync($"stat --format=%C {place}");

    private static string Exec(VirtClient client, Container container, string script)
    {
        var observer = new ContainerHost.Observer();
        client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["/bin/sh", "-c", script] }, observer: observer);
        return observer.Output.ToString().Trim('\0', '\n', ' ');
    }

    // What is refused that the tests' own policy should allow is found here.
    private async Task<string> WhyAsync(VirtClient client, Container container) =>
        $"{client.Get(container)}: {client.Get(container).State} {client.Get(container).ExitCode} {client.Get(container).Status}\n{string.Join('\n', client.Log(container))}\n{await host.Guest.RunAsync("dmesg | grep avc: | tail -n 20 || true")}";
}
