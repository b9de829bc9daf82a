using System.IO;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vhds;

/// <summary>Disk images by themselves, each looked at by qemu-img too.</summary>
public sealed class VhdTests
{
    [Theory]
    [InlineData("a.qcow2", "qcow2", VHDFormat.Qcow2, VHDType.Dynamic)]
    [InlineData("a.qcow2", "qcow2", VHDFormat.Qcow2, VHDType.Fixed)]
    [InlineData("a.raw", "raw", VHDFormat.Raw, VHDType.Dynamic)]
    [InlineData("a.img", "raw", VHDFormat.Raw, VHDType.Fixed)]
    [InlineData("a.vhdx", "vhdx", VHDFormat.Vhdx, VHDType.Dynamic)]
    [InlineData("a.vhdx", "vhdx", VHDFormat.Vhdx, VHDType.Fixed)]
    [InlineData("a.vmdk", "vmdk", VHDFormat.Vmdk, VHDType.Dynamic)]
    [InlineData("a.vhd", "vpc", VHDFormat.Vhd, VHDType.Dynamic)]
    [InlineData("a.vhd", "vpc", VHDFormat.Vhd, VHDType.Fixed)]
    public async Task A_new_one_is_what_was_asked_for(string name, string format, VHDFormat shown, VHDType type)
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk(name, type);
        Assert.Equal((host.PathOf(name), shown, type, Disks.Size, "", false), (made.Path, made.Format, made.Type, made.SizeBytes, made.ParentPath, made.Attached));
        Assert.Equal(made with { ComputerName = "" }, host.Disk(name) with { ComputerName = "", Chain = made.Chain });
        Assert.Contains($"\"virtual-size\": {Disks.Size}", await host.RunAsync("qemu-img", "info", "--output=json", "-f", format, made.Path));
        if (format is "qcow2" or "raw")
        {
            Assert.Equal(type == VHDType.Fixed, made.FileSizeBytes >= Disks.Size);
            Assert.Equal(type == VHDType.Fixed, 512 * long.Parse(await host.RunAsync("stat", "-c", "%b", made.Path), System.Globalization.CultureInfo.InvariantCulture) >= Disks.Size);
        }

        Assert.Equal(name, host.Listing());
        Assert.True(host.Invoke(Methods.TestVHD, new TestVHD { Path = made.Path }).IsSound);
    }

    [Fact]
    public async Task What_it_holds_goes_through_every_format_and_progress_is_told_on_the_way()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("a.qcow2");
        await host.WriteAsync("a.qcow2", 7, "1M", "5M");
        var (last, lastFormat) = ("a.qcow2", "qcow2");
        (string Name, string Format, VHDType Type)[] next = [("b.raw", "raw", VHDType.Unknown), ("c.vhdx", "vhdx", VHDType.Fixed), ("d.vmdk", "vmdk", VHDType.Unknown), ("e.vhd", "vpc", VHDType.Dynamic), ("f.vhd", "vpc", VHDType.Fixed), ("g.qcow2", "qcow2", VHDType.Dynamic)];
        foreach (var (name, format, type) in next)
        {
            var percents = new Disks.Percents();
            var made = host.Invoke(Methods.ConvertVHD, new ConvertVHD { Path = host.PathOf(last), DestinationPath = host.PathOf(name), Type = type }, percents);
            Assert.Equal((name, Disks.Size, type == VHDType.Fixed ? VHDType.Fixed : VHDType.Dynamic), (Path.GetFileName(made.Path), made.SizeBytes, made.Type));
            await host.AreSameAsync(last, lastFormat, name, format);
            Assert.Contains(percents.All, static percent => percent is not null);
            (last, lastFormat) = (name, format);
        }

        await host.ReadAsync("g.qcow2", 7, "1M", "5M");
        host.Invoke(Methods.ConvertVHD, new ConvertVHD { Path = host.PathOf("g.qcow2"), DestinationPath = host.PathOf("h.raw"), Format = VHDFormat.Raw, DeleteSource = true });
        Assert.Equal("a.qcow2 b.raw c.vhdx d.vmdk e.vhd f.vhd h.raw", host.Listing());
        await host.AreSameAsync("a.qcow2", "qcow2", "h.raw", "raw");
    }

    [Fact]
    public async Task A_differencing_one_has_what_its_parents_have_until_it_is_merged_into_them()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("base.qcow2");
        await host.WriteAsync("base.qcow2", 1, "0", "4M");
        host.NewDisk("middle.qcow2", VHDType.Differencing, "base.qcow2");
        await host.WriteAsync("middle.qcow2", 2, "1M", "1M");
        var top = host.NewDisk("top.qcow2", VHDType.Differencing, "middle.qcow2");
        await host.WriteAsync("top.qcow2", 3, "2M", "1M");
        Assert.Equal((VHDType.Differencing, host.PathOf("middle.qcow2"), Disks.Size), (top.Type, top.ParentPath, top.SizeBytes));
        Assert.Equal([host.PathOf("middle.qcow2"), host.PathOf("base.qcow2")], top.Chain);

        host.Invoke(Methods.ConvertVHD, new ConvertVHD { Path = top.Path, DestinationPath = host.PathOf("whole.qcow2") });
        Assert.Equal("DiskHasChildren", host.Refused(Methods.MergeVHD, new MergeVHD { Path = host.PathOf("middle.qcow2") }).Id);
        var optimized = host.Invoke(Methods.OptimizeVHD, new OptimizeVHD { Path = top.Path });
        Assert.Equal((VHDType.Differencing, host.PathOf("middle.qcow2")), (optimized.Type, optimized.ParentPath));
        await host.AreSameAsync("whole.qcow2", "qcow2", "top.qcow2", "qcow2");

        var merged = host.Invoke(Methods.MergeVHD, new MergeVHD { Path = top.Path, DestinationPath = host.PathOf("base.qcow2") });
        Assert.Equal((host.PathOf("base.qcow2"), VHDType.Dynamic), (merged.Path, merged.Type));
        Assert.Equal("base.qcow2 whole.qcow2", host.Listing());
        await host.AreSameAsync("whole.qcow2", "qcow2", "base.qcow2", "qcow2");
        await host.ReadAsync("base.qcow2", 3, "2M", "1M");
    }

    [Fact]
    public async Task Optimizing_gives_back_what_holds_nothing_and_changes_nothing_else()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("a.qcow2");
        await host.WriteAsync("a.qcow2", 7, "0", "8M");
        await host.WriteAsync("a.qcow2", 0, "2M", "6M");
        await host.RunAsync("chmod", "640", host.PathOf("a.qcow2"));
        await host.RunAsync("chown", "12:34", host.PathOf("a.qcow2"));
        File.Copy(host.PathOf("a.qcow2"), host.PathOf("before.qcow2"));
        var before = host.Disk("a.qcow2");
        var after = host.Invoke(Methods.OptimizeVHD, new OptimizeVHD { Path = before.Path });
        Assert.True(after.FileSizeBytes < before.FileSizeBytes - (4 << 20), $"{after.FileSizeBytes} of {before.FileSizeBytes}");
        Assert.Equal((before.SizeBytes, before.Format, before.BlockSizeBytes), (after.SizeBytes, after.Format, after.BlockSizeBytes));
        await host.AreSameAsync("before.qcow2", "qcow2", "a.qcow2", "qcow2");
        Assert.Equal("640 12 34\n", await host.RunAsync("stat", "-c", "%a %u %g", before.Path));
        Assert.Equal("a.qcow2 before.qcow2", host.Listing());
    }

    [Fact]
    public async Task It_grows_without_risk_and_shrinks_only_where_that_is_allowed()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var (name, format) in new[] { ("a.qcow2", "qcow2"), ("b.raw", "raw") })
        {
            var path = host.NewDisk(name).Path;
            await host.WriteAsync(name, 7, "0", "16M", format);
            Assert.Equal(24L << 20, host.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = path, SizeBytes = 24 << 20 }).SizeBytes);
            await host.ReadAsync(name, 7, "0", "16M", format);
            var refused = host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = path, SizeBytes = 8 << 20 });
            Assert.Equal((ErrorCode.InvalidArgument, "DiskWouldShrink"), (refused.Code, refused.Id));
            Assert.Equal(24L << 20, host.Disk(name).SizeBytes);
            Assert.Equal(8L << 20, host.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = path, SizeBytes = 8 << 20, AllowShrink = true }).SizeBytes);
            await host.ReadAsync(name, 7, "0", "8M", format);
        }

        var full = host.NewDisk("c.raw", VHDType.Fixed);
        var grown = host.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = full.Path, SizeBytes = 20 << 20 });
        Assert.Equal((VHDType.Fixed, 20L << 20), (grown.Type, grown.SizeBytes));
    }

    [Fact]
    public async Task Under_a_running_guest_its_disk_grows_and_nothing_else_is_done_with_it()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        var shown = Assert.Single(host.Invoke(Methods.GetVHD, new GetVHD()).Items);
        Assert.Equal((made.DiskPath, true, "web01", made.Id, VHDType.Dynamic), (shown.Path, shown.Attached, shown.VMName, shown.VMId, shown.Type));

        var size = made.DiskSizeBytes + (256L << 20);
        Assert.Equal(size, host.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = made.DiskPath, SizeBytes = size }).SizeBytes);
        Assert.Equal($"{size / 512}", host.Run("web01", "cat /sys/block/vda/size"));
        Assert.Equal(size, host.Get("web01").DiskSizeBytes);

        VirtException[] refused =
        [
            host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = made.DiskPath, SizeBytes = made.DiskSizeBytes, AllowShrink = true }),
            host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = made.DiskPath, DestinationPath = host.PathOf("x.raw") }),
            host.Refused(Methods.OptimizeVHD, new OptimizeVHD { Path = made.DiskPath }),
            host.Refused(Methods.TestVHD, new TestVHD { Path = made.DiskPath }),
            host.Refused(Methods.NewVHD, new NewVHD { Path = host.PathOf("x.qcow2"), Type = VHDType.Differencing, ParentPath = made.DiskPath }),
        ];
        Assert.All(refused, static e => Assert.Equal(ErrorCode.WrongState, e.Code));
        Assert.Contains(refused, static e => e.Message.Contains("it is the disk of VM 'web01', which is Running; Stopped", System.StringComparison.Ordinal));

        host.Stop("web01");
        Assert.True(host.Invoke(Methods.TestVHD, new TestVHD { Path = made.DiskPath }).IsSound);
        host.Invoke(Methods.ConvertVHD, new ConvertVHD { Path = made.DiskPath, DestinationPath = host.PathOf("copy.raw") });
        host.Invoke(Methods.OptimizeVHD, new OptimizeVHD { Path = made.DiskPath });
        host.Boot("web01");
        Assert.Equal((sum, $"{size / 512}"), (host.ReadFile("web01", "kept"), host.Run("web01", "cat /sys/block/vda/size")));
        host.Stop("web01");
        host.Checkpoint("web01", "x");
        Assert.Equal("DiskAttached", host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = host.Get("web01").DiskPath, SizeBytes = size * 2 }).Id);
    }
}
