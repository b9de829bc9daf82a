using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms.Warm;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.VmImages;

/// <summary>Machines that start from a booted state of their image: each is one of its own, whole or not there at all, and so is the state.</summary>
public sealed class WarmTests
{
    private const string Identity = "hostname; cat /etc/machine-id; cat /sys/class/net/eth0/address; ip -4 -o addr show eth0 | awk '{print $4}'; cat /etc/hostname; grep -c virt-template /etc/hosts";

    [Fact]
    public async Task Two_that_start_warm_are_two_machines_which_boot_as_themselves_later()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        foreach (var name in new[] { "web01", "web02" })
        {
            var made = host.Invoke(Methods.NewVM, Warm(name) with { SwitchName = "lan", NewVHDSizeBytes = 64L << 20 });
            Assert.Equal((VMState.Running, "lan"), (made.State, made.Network));
            Assert.Equal([name, made.Id.ToString("N"), made.MacAddress, made.IPAddresses[0] + "/24", name, "0"], host.Run(name, Identity + " || true").Split('\n'));
            var late = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(long.Parse(host.Run(name, "date +%s"), CultureInfo.InvariantCulture));
            Assert.True(late < TimeSpan.FromSeconds(30), $"the clock of {name} is {late} behind");
            host.Run(name, $"echo {name} > /data/mine; sync; echo {name} > /tmp/f; httpd -p 80 -h /tmp");
        }

        // Made once, used twice.
        var image = Assert.Single(host.Invoke(Methods.GetVMImage, new GetVMImage { Names = ["starter"] }).Items);
        Assert.Equal("192MB, 1 processor, generation 1, disk of 64MB, a network adapter", Assert.Single(image.WarmStates));
        Assert.True(image.WarmBytes > 10 << 20, $"it takes {image.WarmBytes}");
        Assert.Single(Directory.GetDirectories(Root(host)));
        Assert.NotEqual(host.Get("web01").IPAddresses[0], host.Get("web02").IPAddresses[0]);
        Assert.Equal(("web02", "web01"), (host.Run("web01", "wget -q -O- web02/f"), host.Run("web02", "wget -q -O- web01/f")));

        // They go on as any other does: what they have written is theirs, and their addresses are.
        foreach (var name in new[] { "web01", "web02" })
        {
            var address = host.Get(name).IPAddresses[0];
            host.Stop(name);
            Assert.Equal(address, host.Boot(name).IPAddresses[0]);
            Assert.Equal($"{name}\n{host.Get(name).MacAddress}\n{name}", host.Run(name, "hostname; cat /sys/class/net/eth0/address /data/mine"));
        }
    }

    [Fact]
    public async Task Its_random_numbers_are_its_own_from_its_first_process_on()
    {
        await using var host = await TestHost.StartAsync();
        string[] names = ["web01", "web02", "web03"];
        foreach (var name in names)
        {
            host.Invoke(Methods.NewVM, Warm(name));
        }

        var random = names.Select(name => host.Run(name, "head -c 16 /dev/urandom | od -An -tx1")).ToList();
        Assert.Equal(3, random.Distinct().Count());
    }

    [Fact]
    public async Task After_a_kill_at_any_step_there_is_a_whole_state_or_none()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var point in WarmFaults.State)
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.NewVM, Warm("web01")));
            var isThere = point == WarmFaults.Named;
            Assert.Equal((point, ""), (point, host.Machines()));
            Assert.Equal((point, isThere ? 1 : 0), (point, Directory.GetFileSystemEntries(Root(host)).Length));
            Assert.Equal((point, isThere ? 1 : 0), (point, Image(host, "starter").WarmStates.Length));
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(host.StateFolder, "vms")));
        }

        var state = Assert.Single(Directory.GetDirectories(Root(host)));
        host.Invoke(Methods.NewVM, Warm("web01"));
        Assert.Equal("web01", host.Run("web01", "hostname"));
        Assert.Equal(state, Assert.Single(Directory.GetDirectories(Root(host))));
    }

    [Fact]
    public async Task After_a_kill_at_any_step_there_is_no_machine_that_is_still_another_one()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        host.Invoke(Methods.NewVM, Warm("first") with { SwitchName = "lan" });
        host.Remove("first");
        var state = host.Files();
        foreach (var point in WarmFaults.Clone)
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.NewVM, Warm("web01") with { SwitchName = "lan" }));
            Assert.Equal((point, ""), (point, host.Machines()));
            Assert.Equal((point, state), (point, host.Files()));
            Assert.DoesNotContain("master virt0", await host.RunAsync("ip", "-o", "link", "show", "type", "tun"), StringComparison.Ordinal);
            Assert.Empty(Assert.Single(host.OwnNetworks()).UsedBy);
        }

        host.Invoke(Methods.NewVM, Warm("web01") with { SwitchName = "lan" });
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal((VMState.Running, "web01"), (host.Get("web01").State, host.Run("web01", "hostname")));
    }

    [Fact]
    public async Task What_is_damaged_is_made_anew_or_said()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVM, Warm("web01"));
        host.Remove("web01");
        var first = Assert.Single(Directory.GetDirectories(Root(host)));
        using (var cut = File.OpenWrite(Path.Combine(first, "memory")))
        {
            cut.SetLength(cut.Length / 2);
        }

        Assert.Empty(Image(host, "starter").WarmStates);
        host.Invoke(Methods.NewVM, Warm("web01"));
        var second = Assert.Single(Directory.GetDirectories(Root(host)));
        Assert.NotEqual(first, second);

        // With a machine on its disk it stays, but for its memory.
        using (var spoilt = File.OpenWrite(Path.Combine(second, "memory")))
        {
            spoilt.Position = 4096;
            spoilt.Write([.. Enumerable.Repeat((byte)0xFF, 1 << 20)]);
        }

        var refused = host.Refused(Methods.NewVM, Warm("web02"));
        Assert.Equal(("WarmStateDamaged", ErrorCode.DataLoss), (refused.Id, refused.Code));
        Assert.Equal("web01", host.Machines());
        host.Invoke(Methods.NewVM, Warm("web02"));
        Assert.Equal(("web01", "web02"), (host.Run("web01", "hostname"), host.Run("web02", "hostname")));
        Assert.Equal(2, Directory.GetDirectories(Root(host)).Length);
    }

    [Fact]
    public async Task An_image_stays_as_long_as_a_machine_stands_on_its_state_and_takes_the_state_along()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Invoke(Methods.NewVMImage, new NewVMImage { Name = "own", VMName = "web01", NoSeal = true });
        host.Remove("web01");
        host.Invoke(Methods.NewVM, Warm("web02") with { Image = "own" });
        Assert.Equal("VMImageInUse", host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = "own" }).Id);
        var refused = host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = "own", WarmStatesOnly = true });
        Assert.Equal(("WarmStateInUse", ErrorCode.WrongState), (refused.Id, refused.Code));
        Assert.Contains("'web02'", refused.Message, StringComparison.Ordinal);
        host.Remove("web02");
        host.Invoke(Methods.RemoveVMImage, new RemoveVMImage { Name = "own" });
        Assert.Equal("", host.Files());
        Assert.Equal("VMImageNotFound", host.Refused(Methods.NewVM, Warm("web02") with { Image = "own" }).Id);
    }

    [Fact]
    public async Task What_cannot_start_warm_says_what_to_leave_out()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal("WarmWithoutImage", host.Refused(Methods.NewVM, Warm("web01") with { Image = null }).Id);
        Assert.Equal("WarmWithSeed", host.Refused(Methods.NewVM, Warm("web01") with { UserName = "ann" }).Id);
        var folder = Path.Combine(host.StateFolder, "images", "vms", "mute");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "image.json"), "{}", TestContext.Current.CancellationToken);
        Assert.Equal("WarmNeedsGuestAgent", host.Refused(Methods.NewVM, Warm("web01") with { Image = "mute" }).Id);
        Assert.Equal(("", ""), (host.Machines(), string.Join(' ', Image(host, "starter").WarmStates)));
        host.Invoke(Methods.RemoveVMImage, new RemoveVMImage { Name = "mute" });
    }

    [Fact]
    public async Task A_guest_with_systemd_becomes_another_one_too()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync("--images", RepositoryRoot.File("out", "test-images"));
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");

        // An image with SSH host keys, and with what would make them but for the mathematics.
        host.Invoke(Methods.NewVM, Warm("web00") with { Image = "debian", MemoryStartupBytes = 512L << 20, Warm = false });
        host.Start("web00");
        host.Wait("web00", WaitCondition.GuestAgent);
        host.Run("web00", "mkdir -p /etc/ssh; for kind in rsa ed25519; do echo old > /etc/ssh/ssh_host_${kind}_key; done; cat > /usr/local/bin/ssh-keygen <<'END'\n#!/bin/sh\nwhile [ \"$1\" != -f ]; do shift; done\nhead -c 16 /dev/urandom | od -An -tx1 > \"$2\"\nEND\nchmod 755 /usr/local/bin/ssh-keygen; sync");
        host.Stop("web00");
        host.Invoke(Methods.NewVMImage, new NewVMImage { Name = "own", VMName = "web00", NoSeal = true });
        host.Remove("web00");
        string[] names = ["web01", "web02"];
        foreach (var name in names)
        {
            var made = host.Invoke(Methods.NewVM, Warm(name) with { Image = "own", MemoryStartupBytes = 512L << 20, SwitchName = "lan" });
            Assert.Equal([name, made.Id.ToString("N"), made.IPAddresses[0]], host.Run(name, "hostname; cat /etc/machine-id; hostname -I").Split('\n', StringSplitOptions.TrimEntries));
        }

        var keys = names.Select(name => host.Run(name, "until [ -s /etc/ssh/ssh_host_rsa_key ]; do sleep 0.1; done; cat /etc/ssh/ssh_host_*_key").Split('\n')).ToList();
        Assert.All(keys, static own => Assert.Equal(2, own.Length));
        Assert.Equal(4, keys.SelectMany(static own => own).Distinct().Count());
        Assert.Equal("2", host.Run("web01", $"ping -c 2 {host.Get("web02").IPAddresses[0]} | grep -c 'bytes from'"));
        host.Stop("web01");
        host.Start("web01");
        host.Wait("web01", WaitCondition.GuestAgent);
        Assert.Equal($"web01\n{host.Get("web01").Id:N}", host.Run("web01", "hostname; cat /etc/machine-id"));
    }

    private static NewVM Warm(string name) => new() { Name = name, Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, Warm = true };

    private static VMImage Image(TestHost host, string name) => Assert.Single(host.Invoke(Methods.GetVMImage, new GetVMImage { Names = [name] }).Items);

    private static string Root(TestHost host) => Path.Combine(host.StateFolder, "warm");
}
