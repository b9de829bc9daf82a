using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Storage.Vhds;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vhds;

/// <summary>The agent is ended between any two steps of work on a disk image: afterwards there is the old state or the new one, and nothing is left over.</summary>
public sealed class VhdFaultTests
{
    [Fact]
    public async Task While_one_is_made_there_is_none_or_the_whole()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var point in VhdFaults.Making)
        {
            await host.KillAtAsync(point, client => client.Invoke(Methods.NewVHD, new NewVHD { Path = host.PathOf("a.vmdk"), SizeBytes = Disks.Size }));
            var isMade = point is VhdFaults.Placing or VhdFaults.Placed;
            Assert.Equal((point, isMade ? "a.vmdk" : ""), (point, host.Listing()));
            if (isMade)
            {
                Assert.True(host.Invoke(Methods.TestVHD, new TestVHD { Path = host.PathOf("a.vmdk") }).IsSound);
                File.Delete(host.PathOf("a.vmdk"));
            }
        }
    }

    [Fact]
    public async Task While_one_is_converted_there_is_the_source_or_the_new_one_and_never_both_or_none()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("kept.qcow2");
        await host.WriteAsync("kept.qcow2", 7, "1M", "4M");
        foreach (var point in VhdFaults.Making)
        {
            File.Copy(host.PathOf("kept.qcow2"), host.PathOf("a.qcow2"));
            await host.KillAtAsync(point, client => client.Invoke(Methods.ConvertVHD, new ConvertVHD { Path = host.PathOf("a.qcow2"), DestinationPath = host.PathOf("b.raw"), DeleteSource = true }));
            var isDone = point is VhdFaults.Placing or VhdFaults.Placed;
            Assert.Equal((point, isDone ? "b.raw kept.qcow2" : "a.qcow2 kept.qcow2"), (point, host.Listing()));
            await (isDone ? host.AreSameAsync("kept.qcow2", "qcow2", "b.raw", "raw") : host.AreSameAsync("kept.qcow2", "qcow2", "a.qcow2", "qcow2"));
            File.Delete(host.PathOf("a.qcow2"));
            File.Delete(host.PathOf("b.raw"));
        }
    }

    [Fact]
    public async Task While_one_is_optimized_it_holds_the_same()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("kept.qcow2");
        await host.WriteAsync("kept.qcow2", 7, "0", "8M");
        await host.WriteAsync("kept.qcow2", 0, "2M", "6M");
        File.Copy(host.PathOf("kept.qcow2"), host.PathOf("a.qcow2"));
        foreach (var point in VhdFaults.Making)
        {
            await host.KillAtAsync(point, client => client.Invoke(Methods.OptimizeVHD, new OptimizeVHD { Path = host.PathOf("a.qcow2") }));
            Assert.Equal((point, "a.qcow2 kept.qcow2"), (point, host.Listing()));
            await host.AreSameAsync("kept.qcow2", "qcow2", "a.qcow2", "qcow2");
        }
    }

    [Fact]
    public async Task While_one_is_merged_that_is_finished_by_the_next_agent()
    {
        await using var host = await TestHost.StartAsync();
        string[] points = [VhdFaults.Written, VhdFaults.Merged];
        foreach (var point in points)
        {
            host.NewDisk("base.qcow2");
            await host.WriteAsync("base.qcow2", 1, "0", "4M");
            host.NewDisk("top.qcow2", VHDType.Differencing, "base.qcow2");
            await host.WriteAsync("top.qcow2", 2, "1M", "1M");
            await host.KillAtAsync(point, client => client.Invoke(Methods.MergeVHD, new MergeVHD { Path = host.PathOf("top.qcow2") }));
            await Poll.UntilAsync(() => host.Listing() == "base.qcow2", "the end of the merge");
            await host.ReadAsync("base.qcow2", 2, "1M", "1M");
            await host.ReadAsync("base.qcow2", 1, "2M", "2M");
            Assert.True(host.Invoke(Methods.TestVHD, new TestVHD { Path = host.PathOf("base.qcow2") }).IsSound);
            File.Delete(host.PathOf("base.qcow2"));
        }
    }

    [Fact]
    public async Task While_one_is_resized_its_machine_knows_afterwards_how_large_it_is()
    {
        await using var host = await TestHost.StartAsync();
        var path = host.NewDisk("a.qcow2").Path;
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = Guest.Memory, VHDPath = path });
        await host.KillAtAsync(VhdFaults.Written, client => client.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = path, SizeBytes = Disks.Size * 2 }));
        Assert.Equal((Disks.Size, Disks.Size), (host.Disk("a.qcow2").SizeBytes, host.Get("web01").DiskSizeBytes));
        await host.KillAtAsync(VhdFaults.Resized, client => client.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = path, SizeBytes = Disks.Size * 2 }));
        Assert.Equal(Disks.Size * 2, host.Disk("a.qcow2").SizeBytes);
        await Poll.UntilAsync(() => host.Get("web01").DiskSizeBytes == Disks.Size * 2, "the machine's knowing its disk's size");

        // Under a machine that runs too.
        host.Start("web01");
        await host.KillAtAsync(VhdFaults.Resized, client => client.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = path, SizeBytes = Disks.Size * 3 }));
        await Poll.UntilAsync(() => host.Get("web01").DiskSizeBytes == Disks.Size * 3, "the machine's knowing its disk's size");
        Assert.Equal((Disks.Size * 3, "web01"), (host.Disk("a.qcow2").SizeBytes, host.Disk("a.qcow2").VMName));
    }

    [Fact]
    public async Task A_conversion_that_outlives_its_agent_is_ended_by_the_next()
    {
        await using var host = await TestHost.StartAsync();
        await host.RunAsync("sh", "-c", $"head -c 256M /dev/urandom > '{host.PathOf("a.raw")}'");
        using var client = Protocol.Client.VirtClient.Connect(host.Endpoint, "tests/1");
        var call = Task.Run(() => Record.Exception(() => client.Invoke(Methods.ConvertVHD, new ConvertVHD { Path = host.PathOf("a.raw"), DestinationPath = host.PathOf("b.qcow2") })), TestContext.Current.CancellationToken);
        await Poll.UntilAsync(() => host.Listing() != "a.raw", "the beginning of the conversion");
        await host.KillAgentAsync();
        await call;
        await host.StartAgentAsync();
        var listing = host.Listing();
        Assert.True(listing is "a.raw" or "a.raw b.qcow2", listing);
        if (listing == "a.raw b.qcow2")
        {
            await host.AreSameAsync("a.raw", "raw", "b.qcow2", "qcow2");
        }
    }

    [Fact]
    public async Task What_is_asked_for_while_another_call_works_on_it_is_refused()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = VhdFaults.Made + "=hold";
        await host.StartAgentAsync();
        await host.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", host.PathOf("a.qcow2"), "16M");
        using var client = Protocol.Client.VirtClient.Connect(host.Endpoint, "tests/1");
        var call = Task.Run(() => client.Invoke(Methods.OptimizeVHD, new OptimizeVHD { Path = host.PathOf("a.qcow2") }), TestContext.Current.CancellationToken);
        await host.HeldAtAsync(VhdFaults.Made);
        Assert.Equal("DiskBusy", host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = host.PathOf("a.qcow2"), SizeBytes = Disks.Size * 2 }).Id);

        // QEMU does not know of us, but of the lock.
        Assert.Contains("lock", await host.RunAsync("sh", "-c", $"qemu-img resize -f qcow2 '{host.PathOf("a.qcow2")}' 32M 2>&1 || true"));
        host.Release(VhdFaults.Made);
        await call;
        Assert.Equal("a.qcow2", host.Listing());
    }
}
