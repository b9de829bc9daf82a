using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>What cannot be made or started: one typed error each, and nothing left behind.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task What_New_VM_refuses_leaves_nothing_behind()
    {
        await using var host = await TestHost.StartAsync();
        var noDisk = Path.Combine(host.Folder, "text.qcow2");
        await File.WriteAllTextAsync(noDisk, "this is no disk", TestContext.Current.CancellationToken);
        var foreign = Path.Combine(host.Folder, "disk.vmdk");
        await host.RunAsync("qemu-img", "create", "-q", "-f", "vmdk", foreign, "10M");
        var corrupt = Path.Combine(host.Folder, "corrupt.qcow2");
        await host.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", corrupt, "10M");
        await host.RunAsync("sh", "-c", $"printf garbagegarbage | dd of='{corrupt}' bs=1 seek=196608 conv=notrunc 2>/dev/null");
        var parent = Path.Combine(host.Folder, "parent.qcow2");
        await host.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", parent, "10M");
        var child = Path.Combine(host.Folder, "child.qcow2");
        await host.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-b", parent, "-F", "qcow2", child);
        host.NewEmpty("taken");

        (NewVM Request, ErrorCode Code, string Id)[] refused =
        [
            (new NewVM { Name = "web01", MemoryStartupBytes = 1024 }, ErrorCode.InvalidArgument, "InvalidMemory"),
            (new NewVM { Name = "a/b" }, ErrorCode.InvalidArgument, "InvalidName"),
            (new NewVM { Name = ".." }, ErrorCode.InvalidArgument, "InvalidName"),
            (new NewVM { Name = "TAKEN", NoVHD = true }, ErrorCode.AlreadyExists, "VMAlreadyExists"),
            (new NewVM { Name = "web01", Image = "startr" }, ErrorCode.NotFound, "VMImageNotFound"),
            (new NewVM { Name = "web01", VHDPath = "/no/such/disk.qcow2" }, ErrorCode.NotFound, "DiskNotFound"),
            (new NewVM { Name = "web01", NewVHDPath = "/no/such/disk.qcow2" }, ErrorCode.NotFound, "FolderNotFound"),
            (new NewVM { Name = "web01", NewVHDPath = noDisk }, ErrorCode.AlreadyExists, "DiskAlreadyExists"),
            (new NewVM { Name = "web01", NewVHDPath = foreign }, ErrorCode.InvalidArgument, "InvalidPath"),
            (new NewVM { Name = "web01", VHDPath = parent }, ErrorCode.WrongState, "DiskHasChildren"),
            (new NewVM { Name = "web01", VHDPath = noDisk }, ErrorCode.DataLoss, "DiskDamaged"),
            (new NewVM { Name = "web01", VHDPath = corrupt }, ErrorCode.DataLoss, "DiskDamaged"),
            (new NewVM { Name = "web01", VHDPath = foreign }, ErrorCode.NotSupported, "DiskFormatNotSupported"),
        ];
        foreach (var (request, code, id) in refused)
        {
            var e = host.Refused(Methods.NewVM, request);
            Assert.Equal((code, id), (e.Code, e.Id));
            Assert.StartsWith($"Cannot create VM '{request.Name}': ", e.Message);
            Assert.False(string.IsNullOrEmpty(e.RecommendedAction), e.Message);
        }

        Assert.Equal("taken", Assert.Single(host.Invoke(Methods.GetVM, new GetVM()).Items).Name);
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(host.StateFolder, "vms")));
        Assert.False(Directory.Exists(Path.Combine(host.StateFolder, "disks")) && Directory.EnumerateFiles(Path.Combine(host.StateFolder, "disks")).Any());
        foreach (var path in new[] { noDisk, foreign, corrupt, parent, child })
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_disk_that_has_no_space_is_refused_and_nothing_is_left_of_it()
    {
        await using var host = await TestHost.StartAsync();
        var folder = Path.Combine(host.Folder, "full");
        await host.RunAsync("mkdir", folder);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder);
        var e = host.Refused(Methods.NewVM, new NewVM { Name = "web01", NewVHDPath = folder + "/disk.qcow2", NewVHDSizeBytes = 1L << 40 });
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (e.Code, e.Id));
        Assert.Equal("", await host.RunAsync("ls", folder));
        Assert.Empty(host.Invoke(Methods.GetVM, new GetVM()).Items);
        await host.RunAsync("umount", folder);
    }

    [Fact]
    public async Task A_disk_has_one_machine_and_one_writer()
    {
        await using var host = await TestHost.StartAsync();
        var first = host.New("web01");
        var shared = host.Refused(Methods.NewVM, new NewVM { Name = "web02", VHDPath = first.DiskPath });
        Assert.Equal(ErrorCode.Conflict, shared.Code);
        Assert.Contains("belongs to VM 'web01'", shared.Message);

        // The same file by another name: only QEMU's lock tells.
        var other = Path.Combine(host.Folder, "other.qcow2");
        await host.RunAsync("ln", first.DiskPath, other);
        host.Invoke(Methods.NewVM, new NewVM { Name = "web02", Generation = 1, MemoryStartupBytes = Guest.Memory, VHDPath = other });
        host.Start("web01");
        var locked = host.Refused(Methods.StartVM, new StartVM { Name = "web02" });
        Assert.Equal((ErrorCode.Conflict, "DiskInUse"), (locked.Code, locked.Id));
        Assert.Equal($"Cannot start VM 'web02': its disk '{other}' is in use by process {host.Get("web01").ProcessId} (qemu-system-x86).", locked.Message);
        Assert.Equal((VMState.Failed, locked.Message), (host.Get("web02").State, host.Get("web02").Status));

        host.Stop("web01", turnOff: true);
        Assert.Equal(VMState.Running, host.Start("web02").State);
    }

    [Fact]
    public async Task What_its_state_does_not_allow_is_refused_with_the_present_and_the_required_state()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        Assert.Equal(VMState.Stopped, host.Invoke(Methods.StopVM, new StopVM { Name = "web01" }).State);
        Check(host.Refused(Methods.SuspendVM, new SuspendVM { Name = "web01" }), "Cannot suspend VM 'web01': it is Stopped; Running is required.");
        Check(host.Refused(Methods.InvokeVMCommand, new InvokeVMCommand { Name = "web01", Command = ["true"] }), "Cannot run a command in VM 'web01': it is Stopped; Running or Stopping is required.");
        host.Start("web01");
        var first = Process();
        Assert.Equal(VMState.Running, host.Invoke(Methods.StartVM, new StartVM { Name = "web01" }).State);
        Assert.Equal(first, Process());
        Check(host.Refused(Methods.RemoveVM, new RemoveVM { Name = "web01" }), "Cannot remove VM 'web01': it is Running; Stopped, Failed or Saved is required.");

        int? Process() => host.Invoke(Methods.GetVM, new GetVM { Names = ["web01"] }).Items.Single().ProcessId;

        static void Check(VirtException e, string message) => Assert.Equal((ErrorCode.WrongState, message), (e.Code, e.Message));
    }

    [Fact]
    public async Task A_disk_that_is_gone_at_the_start_is_named()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        File.Delete(made.DiskPath);
        var e = host.Refused(Methods.StartVM, new StartVM { Name = "web01" });
        Assert.Equal((ErrorCode.NotFound, $"Cannot start VM 'web01': there is no disk '{made.DiskPath}'."), (e.Code, e.Message));
        Assert.Equal(VMState.Failed, host.Get("web01").State);
    }
}
