using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vhds;

/// <summary>What is wrong with a disk image, or with what is asked of it: one typed error each, and nothing is lost.</summary>
public sealed class VhdTroubleTests
{
    [Fact]
    public async Task What_can_never_be_right_is_refused_and_leaves_nothing_behind()
    {
        await using var host = await TestHost.StartAsync();
        var disk = host.NewDisk("a.qcow2").Path;
        host.NewDisk("a.vhdx");
        await File.WriteAllTextAsync(host.PathOf("text.qcow2"), "this is no disk", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(host.PathOf("text"), "this is no disk", TestContext.Current.CancellationToken);
        await host.RunAsync("mkfifo", host.PathOf("pipe.raw"));
        var listing = host.Listing();
        var hash = await host.RunAsync("sha256sum", disk);

        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = "disk.qcow2", SizeBytes = Disks.Size }), ErrorCode.InvalidArgument, "InvalidPath");
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = "/no/such/disk.qcow2", SizeBytes = Disks.Size }), ErrorCode.NotFound, "FolderNotFound");
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = disk, SizeBytes = Disks.Size }), ErrorCode.AlreadyExists, "DiskAlreadyExists");
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = host.PathOf("b.iso"), SizeBytes = Disks.Size }), ErrorCode.InvalidArgument, "DiskFormatMismatch");
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = host.PathOf("b.qcow2"), SizeBytes = 1 }), ErrorCode.InvalidArgument, "InvalidDiskSize");
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = host.PathOf("b.vmdk"), SizeBytes = Disks.Size, Type = VHDType.Fixed }), ErrorCode.NotSupported, "DiskTypeNotSupported");
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = host.PathOf("b.raw"), Type = VHDType.Differencing, ParentPath = disk }), ErrorCode.NotSupported, "DiskTypeNotSupported");
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = host.PathOf("b.qcow2"), Type = VHDType.Differencing, ParentPath = "/no/parent.qcow2" }), ErrorCode.NotFound, "DiskNotFound");
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = host.PathOf("b.qcow2"), Type = VHDType.Differencing, ParentPath = disk, SizeBytes = Disks.Size / 2 }), ErrorCode.InvalidArgument, "InvalidDiskSize");
        Check(host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = "/no/such/disk.qcow2", SizeBytes = Disks.Size }), ErrorCode.NotFound, "DiskNotFound");
        Check(host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = host.PathOf("text.qcow2"), SizeBytes = Disks.Size }), ErrorCode.DataLoss, "DiskDamaged");
        Check(host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = host.PathOf("text"), SizeBytes = Disks.Size }), ErrorCode.InvalidArgument, "DiskFormatUnclear");
        Check(host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = host.PathOf("pipe.raw"), SizeBytes = Disks.Size }), ErrorCode.InvalidArgument, "DiskNotFile");
        Check(host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = host.Files, SizeBytes = Disks.Size }), ErrorCode.InvalidArgument, "DiskNotFile");
        Check(host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = host.PathOf("a.vhdx"), SizeBytes = Disks.Size * 2 }), ErrorCode.NotSupported, "DiskFormatNotSupported");
        Check(host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = disk, DestinationPath = host.PathOf("a.vhdx") }), ErrorCode.AlreadyExists, "DiskAlreadyExists");
        Check(host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = disk, DestinationPath = host.PathOf("b.vhdx"), Format = VHDFormat.Raw }), ErrorCode.InvalidArgument, "DiskFormatMismatch");
        Check(host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = disk, DestinationPath = "b.raw" }), ErrorCode.InvalidArgument, "InvalidPath");
        Check(host.Refused(Methods.MergeVHD, new MergeVHD { Path = disk }), ErrorCode.InvalidArgument, "DiskNotDifferencing");
        Assert.Equal(listing, host.Listing());
        Assert.Equal(hash, await host.RunAsync("sha256sum", disk));

        var found = host.Invoke(Methods.GetVHD, new GetVHD { Paths = [host.PathOf("*"), "/no/such.raw"] });
        Assert.Equal(["a.qcow2", "a.vhdx"], found.Items.Select(static item => Path.GetFileName(item.Path)));
        Assert.Equal(["DiskDamaged", "DiskNotFound"], found.Errors.Select(static error => error.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("qcow2", "a.qcow2")]
    [InlineData("vhdx", "a.vhdx")]
    [InlineData("vmdk", "a.vmdk")]
    [InlineData("vpc", "a.vhd")]
    public async Task One_that_was_cut_off_is_told_and_never_read_as_zeros(string format, string name)
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk(name);
        await host.WriteAsync(name, 7, "0", "8M", format);
        await host.RunAsync("truncate", "--size=-3M", host.PathOf(name));
        Check(host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = host.PathOf(name), DestinationPath = host.PathOf("b.raw") }), ErrorCode.DataLoss, "DiskDamaged");
        Check(host.Refused(Methods.OptimizeVHD, new OptimizeVHD { Path = host.PathOf(name) }), ErrorCode.DataLoss, "DiskDamaged");
        Assert.Equal(name, host.Listing());
        if (format is "qcow2" or "vmdk")
        {
            var test = host.Invoke(Methods.TestVHD, new TestVHD { Path = host.PathOf(name) });
            Assert.True(test is { IsSound: false, CorruptionCount: > 0 }, test.Message);
        }
    }

    [Fact]
    public async Task Lost_blocks_are_found_and_given_back_by_a_repair()
    {
        await using var host = await TestHost.StartAsync();
        var path = host.NewDisk("a.qcow2").Path;
        await host.WriteAsync("a.qcow2", 7, "0", "1M");

        // The first entry of the second table: the block that it named is lost to the image.
        var table = (await host.RunAsync("qemu-img", "map", "--output=json", path)).Length > 0 ? 262144 : 0;
        await host.RunAsync("sh", "-c", $"head -c 8 /dev/zero | dd of='{path}' bs=1 seek={table} conv=notrunc 2>/dev/null");
        var found = host.Invoke(Methods.TestVHD, new TestVHD { Path = path });
        Assert.Equal((true, 1L, 0L), (found.IsSound, found.LeakedClusterCount, found.RepairedCount));
        var mended = host.Invoke(Methods.TestVHD, new TestVHD { Path = path, Repair = true });
        Assert.Equal((true, 0L, 1L), (mended.IsSound, mended.LeakedClusterCount, mended.RepairedCount));
    }

    [Fact]
    public async Task One_whose_parent_is_gone_says_which_and_is_not_touched()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("base.qcow2");
        var top = host.NewDisk("top.qcow2", VHDType.Differencing, "base.qcow2").Path;
        File.Move(host.PathOf("base.qcow2"), host.PathOf("moved.qcow2"));
        Check(host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = top, DestinationPath = host.PathOf("b.raw") }), ErrorCode.DataLoss, "ParentNotFound");
        Check(host.Refused(Methods.MergeVHD, new MergeVHD { Path = top }), ErrorCode.DataLoss, "ParentNotFound");
        Check(host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = top, SizeBytes = Disks.Size * 2 }), ErrorCode.DataLoss, "ParentNotFound");
        var test = host.Invoke(Methods.TestVHD, new TestVHD { Path = top });
        Assert.Equal((false, host.PathOf("base.qcow2")), (test.IsSound, test.MissingParentPath));
        Assert.Equal([host.PathOf("base.qcow2")], host.Disk("top.qcow2").Chain);
        File.Move(host.PathOf("moved.qcow2"), host.PathOf("base.qcow2"));
        Assert.True(host.Invoke(Methods.TestVHD, new TestVHD { Path = top }).IsSound);
    }

    [Fact]
    public async Task One_that_another_program_has_says_which_process()
    {
        await using var host = await TestHost.StartAsync();
        var path = host.NewDisk("a.qcow2").Path;
        using var holder = host.Open("qemu-io", "-f", "qcow2", path);
        try
        {
            await Poll.UntilAsync(() => host.Disk("a.qcow2").Attached, "the lock of qemu-io");
            var shown = host.Disk("a.qcow2");
            Assert.Equal("qemu-io", shown.HolderName);
            VirtException[] refused =
            [
                host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = path, SizeBytes = Disks.Size * 2 }),
                host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = path, DestinationPath = host.PathOf("b.raw") }),
                host.Refused(Methods.OptimizeVHD, new OptimizeVHD { Path = path }),
                host.Refused(Methods.TestVHD, new TestVHD { Path = path, Repair = true }),
                host.Refused(Methods.NewVHD, new NewVHD { Path = host.PathOf("b.qcow2"), Type = VHDType.Differencing, ParentPath = path }),
            ];
            foreach (var e in refused)
            {
                Check(e, ErrorCode.Conflict, "DiskInUse");
                Assert.Contains($"is in use by process {shown.HolderProcessId} (qemu-io)", e.Message);
            }

            Assert.Equal("a.qcow2", host.Listing());
        }
        finally
        {
            await holder.StandardInput.WriteLineAsync("quit");
            await holder.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(Disks.Size * 2, host.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = path, SizeBytes = Disks.Size * 2 }).SizeBytes);
    }

    [Fact]
    public async Task Nothing_grows_where_there_is_no_room_and_the_error_has_the_numbers()
    {
        await using var host = await TestHost.StartAsync();
        var source = host.NewDisk("a.raw").Path;
        await host.WriteAsync("a.raw", 7, "0", "16M", "raw");
        var small = host.PathOf("small");
        await host.RunAsync("mkdir", small);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=72m", "tmpfs", small);
        VirtException[] refused =
        [
            host.Refused(Methods.NewVHD, new NewVHD { Path = small + "/b.raw", SizeBytes = Disks.Size, Type = VHDType.Fixed }),
            host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = source, DestinationPath = small + "/b.qcow2" }),
        ];
        foreach (var e in refused)
        {
            Check(e, ErrorCode.ResourceExhausted, "DiskFull");
            Assert.Matches("has 72MB free; 8[0-9.]+MB are required", e.Message);
        }

        Assert.Equal("", await host.RunAsync("ls", "-A", small));
        await host.RunAsync("umount", small);
    }

    [Fact]
    public async Task The_content_of_an_image_does_not_decide_which_files_are_read()
    {
        await using var host = await TestHost.StartAsync();
        await File.WriteAllTextAsync(host.PathOf("secret"), new string('s', 4096), TestContext.Current.CancellationToken);

        // What a guest may write into its raw disk, and what somebody may hand over.
        await host.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-b", host.PathOf("secret"), "-F", "raw", host.PathOf("guest.img"), "1M");
        await host.RunAsync("cp", host.PathOf("guest.img"), host.PathOf("evil.qcow2"));
        foreach (var name in new[] { "guest.img", "evil.qcow2" })
        {
            Check(host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = host.PathOf(name), DestinationPath = host.PathOf("b.raw") }), ErrorCode.InvalidArgument, "DiskFormatUnclear");
        }

        await host.RunAsync("cp", host.PathOf("guest.img"), host.PathOf("guest.raw"));
        Assert.Equal((VHDFormat.Raw, ""), (host.Disk("guest.raw").Format, host.Disk("guest.raw").ParentPath));
        await File.WriteAllTextAsync(host.PathOf("flat.vmdk"), $"# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"secret\" 0\nddb.virtualHWVersion = \"4\"\nddb.adapterType = \"ide\"\n", TestContext.Current.CancellationToken);
        Check(host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = host.PathOf("flat.vmdk"), DestinationPath = host.PathOf("b.raw") }), ErrorCode.NotSupported, "DiskHasParts");
        Assert.False(File.Exists(host.PathOf("b.raw")));
    }

    [Fact]
    public async Task A_stopped_machines_disk_stays_its_own()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("base.qcow2");
        var path = host.NewDisk("a.qcow2", VHDType.Differencing, "base.qcow2").Path;
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = Guest.Memory, VHDPath = path });
        Check(host.Refused(Methods.MergeVHD, new MergeVHD { Path = path }), ErrorCode.WrongState, "DiskAttached");
        Check(host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = path, DestinationPath = host.PathOf("b.raw"), DeleteSource = true }), ErrorCode.WrongState, "DiskAttached");
        Check(host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = host.PathOf("base.qcow2"), SizeBytes = Disks.Size * 2 }), ErrorCode.WrongState, "DiskAttached");
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = host.PathOf("b.qcow2"), Type = VHDType.Differencing, ParentPath = path }), ErrorCode.WrongState, "DiskAttached");

        // By another name it is the same.
        File.CreateSymbolicLink(host.PathOf("link.qcow2"), path);
        Assert.Equal("web01", host.Disk("link.qcow2").VMName);
        host.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = host.PathOf("link.qcow2"), SizeBytes = Disks.Size * 2 });
        Assert.Equal(Disks.Size * 2, host.Get("web01").DiskSizeBytes);
    }

    [Fact]
    public async Task What_belongs_to_an_image_or_to_another_host_is_not_changed()
    {
        await using var host = await TestHost.StartAsync();
        Check(host.Refused(Methods.NewVHD, new NewVHD { Path = Path.Combine(host.StateFolder, "images", "a.qcow2"), SizeBytes = Disks.Size }), ErrorCode.WrongState, "DiskOfImage");
        var path = host.NewDisk("a.qcow2").Path;
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = Guest.Memory, VHDPath = path });
        var own = await File.ReadAllTextAsync(Path.Combine(host.StateFolder, "host-id"), TestContext.Current.CancellationToken);
        var lease = await File.ReadAllTextAsync(path + ".lease", TestContext.Current.CancellationToken);
        host.NewDisk("b.qcow2");
        await File.WriteAllTextAsync(host.PathOf("b.qcow2.lease"), lease.Replace(own.Trim(), Guid.NewGuid().ToString("D"), StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Check(host.Refused(Methods.ResizeVHD, new ResizeVHD { Path = host.PathOf("b.qcow2"), SizeBytes = Disks.Size * 2 }), ErrorCode.Conflict, "DiskLeased");
        Check(host.Refused(Methods.ConvertVHD, new ConvertVHD { Path = host.PathOf("b.qcow2"), DestinationPath = host.PathOf("c.raw") }), ErrorCode.Conflict, "DiskLeased");
    }

    private static void Check(VirtException e, ErrorCode code, string id)
    {
        Assert.True((code, id) == (e.Code, e.Id), $"{e.Code} {e.Id}: {e.Message}");
        Assert.StartsWith("Cannot ", e.Message);
        Assert.False(string.IsNullOrEmpty(e.RecommendedAction), e.Message);
    }
}
