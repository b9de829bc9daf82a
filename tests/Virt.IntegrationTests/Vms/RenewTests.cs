using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>The guest of a copy becomes another one at its first start, before anybody who waits for it sees it.</summary>
public sealed class RenewTests
{
    private const string ReadId = "cat /etc/machine-id 2>/dev/null || true";

    [Fact]
    public async Task A_copy_has_a_machine_id_and_a_name_of_its_own_and_one_that_keeps_its_identity_has_not()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        var copy = Assert.Single(host.Copy("web01", "web02"));
        var kept = Assert.Single(host.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", NewName = "web03", KeepIdentity = true, SwitchName = "isolated" }).Items);
        Assert.Equal(("", ""), (copy.Status, kept.Status));
        Assert.Equal("", host.Start("web02").Status);
        Assert.Equal("", host.Wait("web02", WaitCondition.GuestAgent).Status);
        Assert.Equal((copy.Id.ToString("N"), "web02"), (host.Run("web02", ReadId), host.Run("web02", "hostname")));
        host.Start("web03");
        host.Wait("web03", WaitCondition.GuestAgent);
        Assert.NotEqual(kept.Id.ToString("N"), host.Run("web03", ReadId));

        // Once only: what the guest does with it later is its own.
        await AssertIsLeftAsync(host, "web02");
    }

    [Fact]
    public async Task Whatever_ends_the_agent_meanwhile_it_is_done()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        var copies = host.Copy("web01", count: CopyFaults.Renew.Count);
        foreach (var (point, copy) in CopyFaults.Renew.Zip(copies))
        {
            host.Start(copy.Name);
            await host.KillAtAsync(point, client => client.Invoke(Methods.WaitVM, new WaitVM { Name = copy.Name, For = WaitCondition.GuestAgent }));
            Assert.Equal("", host.Wait(copy.Name, WaitCondition.GuestAgent).Status);
            Assert.Equal((point, copy.Id.ToString("N")), (point, host.Run(copy.Name, ReadId)));
            await AssertIsLeftAsync(host, copy.Name);
        }
    }

    [Fact]
    public async Task A_guest_without_a_guest_agent_says_so()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        host.Copy("web01", "web02");
        host.Start("web02");
        Assert.Equal("Its guest has the identity of the one that it is a copy of until its guest agent answers.", host.Get("web02").Status);
        host.Stop("web02", turnOff: true);
        Assert.Equal("", host.Get("web02").Status);

        // A copy of it has no identity of its own either.
        host.Copy("web02", "web03");
        host.Start("web03");
        Assert.NotEqual("", host.Get("web03").Status);
        host.Remove("web03");
    }

    [Fact]
    public async Task A_guest_with_systemd_gets_keys_of_its_own_where_it_could_not_at_first_too()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync("--images", RepositoryRoot.File("out", "test-images"));
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "debian", Generation = 1, MemoryStartupBytes = 512L << 20 });
        host.Start("web01");
        host.Wait("web01", WaitCondition.GuestAgent);

        // Keys, and what makes none while there is no /srv/may.
        host.Run("web01", "mkdir -p /etc/ssh; for kind in rsa ed25519; do echo old > /etc/ssh/ssh_host_${kind}_key; done; cat > /usr/local/bin/ssh-keygen <<'END'\n#!/bin/sh\n[ -e /srv/may ] || exit 1\nwhile [ \"$1\" != -f ]; do shift; done\nhead -c 16 /dev/urandom | od -An -tx1 > \"$2\"; echo public > \"$2.pub\"\nEND\nchmod 755 /usr/local/bin/ssh-keygen; sync");
        var id = host.Run("web01", ReadId);
        var copy = Assert.Single(host.Copy("web01", "web02"));
        host.Stop("web01");
        host.Start("web02");
        Assert.Equal("Its guest has the identity of the one that it is a copy of, for its SSH host key of ed25519 could not be made; it is tried again.", host.Wait("web02", WaitCondition.GuestAgent).Status);
        Assert.Equal(id, host.Run("web02", ReadId));

        // Kept by the machine's state, whatever ends: a checkpoint of it is one of a guest that is to be renewed still.
        host.Checkpoint("web02", "before");
        host.Run("web02", "touch /srv/may; sync");
        await Poll.UntilAsync(() => host.Get("web02").Status.Length == 0, static () => "another guest", TimeSpan.FromMinutes(2));
        Assert.Equal($"web02\n{copy.Id:N}\nweb02", host.Run("web02", "hostname; cat /etc/machine-id /etc/hostname"));
        var keys = host.Run("web02", "cat /etc/ssh/ssh_host_*_key").Split('\n');
        Assert.Equal((2, false), (keys.Distinct().Count(), keys.Contains("old")));
        host.Restore("web02", "before");
        await Poll.UntilAsync(() => host.Get("web02").Status.EndsWith("; it is tried again.", StringComparison.Ordinal), static () => "another try", TimeSpan.FromMinutes(2));
    }

    // Another agent has nothing to do with it.
    private static async Task AssertIsLeftAsync(TestHost host, string name)
    {
        host.Run(name, "rm /etc/machine-id");
        await host.StopAgentAsync();
        await host.StartAgentAsync();
        host.Wait(name, WaitCondition.GuestAgent);
        Assert.Equal("", host.Run(name, ReadId));
    }
}
