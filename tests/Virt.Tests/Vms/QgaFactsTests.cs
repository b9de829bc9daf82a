using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qga;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>What a guest tells of itself: less than all is no error, and nonsense is one.</summary>
public sealed class QgaFactsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string> Answers = new()
    {
        ["guest-info"] = """{"version": "7.2.22", "supported_commands": []}""",
        ["guest-get-osinfo"] = """{"pretty-name": "Debian GNU/Linux 12 (bookworm)", "id": "debian", "version-id": "12", "version": "12 (bookworm)", "kernel-release": "6.1.0", "kernel-version": "#1 SMP", "machine": "x86_64"}""",
        ["guest-get-host-name"] = """{"host-name": "web01"}""",
        ["guest-get-timezone"] = """{"zone": "CET", "offset": 3600}""",
        ["guest-get-users"] = """[{"user": "root", "login-time": 1700000000.5}, {"user": "admin", "domain": "CORP", "login-time": 0}]""",
        ["guest-get-fsinfo"] = """[{"name": "vda1", "mountpoint": "/", "type": "ext4", "used-bytes": 5, "total-bytes": 10, "disk": [{"dev": "/dev/vda1", "bus": 0}]}, {"name": "sr0", "mountpoint": "/mnt", "type": "iso9660", "disk": []}]""",
        ["guest-network-get-interfaces"] = """[{"name": "lo", "ip-addresses": [{"ip-address": "127.0.0.1", "prefix": 8}], "statistics": {"rx-bytes": 9, "tx-bytes": 9}}, {"name": "eth0", "hardware-address": "52:54:00:00:00:01", "ip-addresses": [{"ip-address": "10.0.2.15", "prefix": 24}], "statistics": {"rx-bytes": 1, "tx-bytes": 2}}, {"name": "eth1"}]""",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_a_guest_agent_tells_is_read()
    {
        await using var agent = Guest(Answers);
        await using var client = new QgaClient(() => agent.Near, TimeProvider.System);
        var guest = await client.GetGuestAsync(Long, Cancellation);
        Assert.Equal(("7.2.22", "web01", "Debian GNU/Linux 12 (bookworm)", "debian", "12"), (guest.AgentVersion, guest.HostName, guest.OSName, guest.OSId, guest.OSVersion));
        Assert.Equal(("6.1.0", "#1 SMP", "x86_64", "CET", TimeSpan.FromHours(1)), (guest.KernelRelease, guest.KernelVersion, guest.Architecture, guest.TimeZone, guest.UtcOffset));
        Assert.Equal([("root", "", DateTimeOffset.FromUnixTimeMilliseconds(1700000000500)), ("admin", "CORP", (DateTimeOffset?)null)], guest.Users.Select(static u => (u.Name, u.Domain, u.LoginTime)));
        Assert.Equal([("vda1", "/", "ext4", 5L, 10L, "/dev/vda1"), ("sr0", "/mnt", "iso9660", null, (long?)null, "")], guest.FileSystems.Select(static f => (f.Name, f.MountPoint, f.Type, f.UsedBytes, f.SizeBytes, string.Join(' ', f.Disks))));
        Assert.Equal([("lo", "127.0.0.1/8"), ("eth0", "10.0.2.15/24"), ("eth1", "")], guest.Interfaces.Select(static i => (i.Name, string.Join(' ', i.IPAddresses))));
        Assert.Equal(["10.0.2.15"], guest.IPAddresses);
        Assert.Equal([("eth0", 1L, 2L), ("eth1", null, null)], (await client.GetInterfacesAsync(Long, Cancellation)).Select(static i => (i.Name, i.ReceivedBytes, i.SentBytes)));
    }

    [Fact]
    public async Task What_an_old_guest_agent_does_not_know_stays_empty()
    {
        await using var agent = Guest(Answers.Where(static a => a.Key == "guest-info").ToDictionary());
        await using var client = new QgaClient(() => agent.Near, TimeProvider.System);
        var guest = await client.GetGuestAsync(Long, Cancellation);
        Assert.Equal(("7.2.22", "", "", null), (guest.AgentVersion, guest.OSName, guest.HostName, guest.UtcOffset));
        Assert.Empty(guest.Interfaces);
    }

    [Theory]
    [InlineData("guest-info", "[]")]
    [InlineData("guest-get-osinfo", """{"id": 7}""")]
    [InlineData("guest-get-users", "{}")]
    [InlineData("guest-get-users", """[{"login-time": "x"}]""")]
    [InlineData("guest-get-fsinfo", """[{"used-bytes": 1.5}]""")]
    [InlineData("guest-network-get-interfaces", """[{"ip-addresses": [{}]}]""")]
    [InlineData("guest-get-timezone", """{"offset": "x"}""")]
    public async Task Nonsense_is_refused(string command, string answer)
    {
        await using var agent = Guest(new Dictionary<string, string>(Answers) { [command] = answer });
        await using var client = new QgaClient(() => agent.Near, TimeProvider.System);
        await Assert.ThrowsAsync<QgaException>(() => client.GetGuestAsync(Long, Cancellation));
    }

    private static FakeMonitor Guest(Dictionary<string, string> answers) => new(
        command => FakeMonitor.Name(command) == "guest-sync-delimited"
            ? "\u00FF" + $$"""{"return": {{command.GetProperty("arguments").GetProperty("id").GetInt64()}}}"""
            : answers.TryGetValue(FakeMonitor.Name(command), out var answer) ? $$"""{"return": {{answer}}}""" : """{"error": {"class": "CommandNotFound", "desc": "no such command"}}""",
        greeting: null);
}
