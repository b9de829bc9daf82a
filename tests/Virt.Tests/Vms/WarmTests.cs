using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Virt.Agent.Vms.Warm;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>Booted states: what they fit, what is done in their guests, and how they are kept.</summary>
public sealed class WarmTests : IDisposable
{
    private static readonly WarmShape Shape = new("starter", "i", "h", "a", 64L << 20, 256L << 20, 1, 2, true);

    private readonly string folder = Directory.CreateTempSubdirectory("vt-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_said_of_a_shape_is_what_New_VM_takes() =>
        Assert.Equal(
            ("256MB, 1 processor, generation 2, disk of 64MB, a network adapter", "256MB, 2 processors, generation 1, no disk, no network adapter"),
            (Shape.Text, (Shape with { ProcessorCount = 2, Generation = 1, DiskBytes = 0, HasAdapter = false }).Text));

    [Fact]
    public void Another_image_of_the_name_or_another_QEMU_replaces_a_state_and_another_size_does_not()
    {
        Assert.True((Shape with { ImageStamp = "j" }).Replaces(Shape));
        Assert.True((Shape with { HostStamp = "g", MemoryBytes = 1 }).Replaces(Shape));
        Assert.False((Shape with { MemoryBytes = 1, ArgumentStamp = "b" }).Replaces(Shape));
        Assert.False((Shape with { Image = "other", ImageStamp = "j" }).Replaces(Shape));
    }

    [Fact]
    public void A_guest_is_what_its_script_says()
    {
        var guest = WarmGuest.Read("noise\nreseed=/dev/shm/.virt-reseed\ndhcp=udhcpc -i eth0 -s /x \nadapter=eth0\nnetwork=udhcpc\nhostkey=rsa\nhostkey=ed25519\nhostkey=; rm -rf /\n");
        Assert.Equal(("/dev/shm/.virt-reseed", "udhcpc -i eth0 -s /x", "eth0", "udhcpc", "rsa ed25519"), (guest.Reseed, guest.DhcpCommand, guest.Adapter, guest.Network, string.Join(' ', guest.HostKeys)));
    }

    [Fact]
    public void Its_address_is_the_last_that_changes_before_it_asks_for_its_network()
    {
        var guest = new WarmGuest { Reseed = "/dev/shm/r", Adapter = "eth'0", Network = WarmGuest.Udhcpc, DhcpCommand = "udhcpc -i eth0 -s /s" };
        var script = WarmScripts.Renew(guest, "web01", "0123", "52:54:00:00:00:01", DateTimeOffset.UnixEpoch.AddSeconds(7));
        string[] order = ["'/dev/shm/r' ||", "/proc/sys/kernel/hostname", "/etc/machine-id", "date -s '@7'", "address \"$mac\" up", "carrier", "'udhcpc' '-i' 'eth0' '-s' '/s' -b"];
        var places = order.Select(text => script.IndexOf(text, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.Contains(@"adapter='eth'\''0'", script, StringComparison.Ordinal);
        Assert.DoesNotContain("ssh", script, StringComparison.Ordinal);
        Assert.DoesNotContain("mac", WarmScripts.Renew(guest, "web01", "0123", null, DateTimeOffset.UnixEpoch).Replace("machine-id", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Host_keys_are_new_and_the_slow_one_comes_later()
    {
        var script = WarmScripts.Renew(new WarmGuest { Reseed = "/r", HostKeys = ["ecdsa", "rsa", "ed25519"] }, "web01", "0123", null, DateTimeOffset.UnixEpoch);
        Assert.Contains("for kind in ecdsa ed25519; do", script, StringComparison.Ordinal);
        Assert.Contains("(key rsa; again)", script, StringComparison.Ordinal);
        Assert.True(script.IndexOf("rm -f /etc/ssh/ssh_host_*", StringComparison.Ordinal) > script.IndexOf("'/r' ||", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Architecture.X64, 62)]
    [InlineData(Architecture.Arm64, 183)]
    public void The_program_that_renews_random_numbers_is_a_program_for_the_guest(Architecture architecture, int machine)
    {
        var file = ReseedProgram.For(architecture);
        Assert.Equal((0x7f, machine, "/dev/urandom\0"), (file[0], file[18], System.Text.Encoding.ASCII.GetString(file[^13..])));

        // printf in the guest's shell would take it for more than a byte.
        Assert.DoesNotContain((byte)'%', file);
    }

    [Fact]
    public async Task A_state_is_found_when_all_of_it_is_there_and_goes_when_nobody_uses_it()
    {
        var store = new WarmStore(Path.Combine(folder, "warm"));
        var used = new HashSet<Guid>();
        store.Watch(state => used.Contains(state.Id));
        var made = await MakeAsync(store, Shape);
        Assert.Equal(made.Id, store.Find(Shape)?.Id);
        Assert.Null(store.Find(Shape with { ProcessorCount = 2 }));
        used.Add(made.Id);
        Assert.Equal(1, await store.RemoveAsync(static _ => true));
        await store.SpoilAsync(made);
        Assert.Null(store.Find(Shape));
        Assert.Single(store.All);
        used.Clear();
        Assert.Equal(0, await store.RemoveAsync(static _ => true));
        Assert.Empty(Directory.GetFileSystemEntries(store.Root));
    }

    [Fact]
    public async Task What_was_left_half_done_goes_and_what_a_disk_stands_on_comes_back()
    {
        var store = new WarmStore(Path.Combine(folder, "warm"));
        var used = new HashSet<Guid>();
        store.Watch(state => used.Contains(state.Id));
        var (kept, gone, orphan) = (await MakeAsync(store, Shape), await MakeAsync(store, Shape), await MakeAsync(store, Shape with { Image = "other" }));
        used.Add(kept.Id);
        foreach (var state in new[] { kept, gone })
        {
            Directory.Move(state.Folder, Path.Combine(store.Root, ".removed-" + state.Id.ToString("N")));
        }

        var id = Guid.NewGuid();
        var disk = Path.Combine(store.Begin(id), "disk.qcow2");
        Assert.Equal((id, disk), Assert.Single(store.Unfinished));
        await store.RecoverAsync(static name => name == "starter");
        Assert.Equal(kept.Id, Assert.Single(store.All).Id);
        Assert.Single(Directory.GetFileSystemEntries(store.Root));
        Assert.False(Directory.Exists(orphan.Folder));
    }

    // With a memory as QEMU ends and begins it.
    private static async Task<WarmState> MakeAsync(WarmStore store, WarmShape shape)
    {
        var id = Guid.NewGuid();
        var coming = store.Begin(id);
        byte[] memory = [0x51, 0x45, 0x56, 0x4D, 0, 0, 0, 3, 6, 0, 0, 0, 2, (byte)'{', (byte)'}'];
        await File.WriteAllBytesAsync(Path.Combine(coming, WarmStore.MemoryName), memory);
        await File.WriteAllBytesAsync(Path.Combine(coming, WarmStore.DiskName), []);
        return await store.CommitAsync(coming, new WarmState { Id = id, Shape = shape, Guest = new WarmGuest { Adapter = "eth0" }, MachineType = "q35", MemoryFileBytes = memory.Length, Created = DateTimeOffset.UnixEpoch });
    }
}
