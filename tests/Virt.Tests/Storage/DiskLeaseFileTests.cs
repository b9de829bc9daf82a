using System;
using System.IO;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Storage;

/// <summary>The lease beside a disk, and the id of the host that stands in it.</summary>
public sealed class DiskLeaseFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("vt-lease-").FullName;

    private string Disk => Path.Combine(folder, "web01.qcow2");

    [Fact]
    public void It_is_read_as_it_was_written_until_it_is_taken_away()
    {
        Assert.Null(DiskLeaseFile.Read(Disk));
        var lease = new DiskLease { HostId = Guid.NewGuid(), HostName = "a", VMId = Guid.NewGuid(), VMName = "web01", Epoch = 3, Nonce = Guid.NewGuid() };
        DiskLeaseFile.Write(Disk, lease with { Epoch = 2 });
        DiskLeaseFile.Write(Disk, lease);
        Assert.Equal(lease, DiskLeaseFile.Read(Disk));
        Assert.Equal([Disk + ".lease"], Directory.GetFiles(folder));
        DiskLeaseFile.Remove(Disk);
        DiskLeaseFile.Remove(Disk);
        Assert.Null(DiskLeaseFile.Read(Disk));
    }

    [Fact]
    public void What_a_writing_that_was_cut_off_has_left_goes_with_it()
    {
        File.WriteAllText(DiskLeaseFile.PathOf(Disk) + ".new", "{ \"hostId\": ");
        Assert.Null(DiskLeaseFile.Read(Disk));
        DiskLeaseFile.Remove(Disk);
        Assert.Empty(Directory.GetFiles(folder));
        DiskLeaseFile.Remove(Path.Combine(folder, "gone", "web01.qcow2"));
    }

    [Fact]
    public void One_that_cannot_be_read_is_nobodys_leave_to_take_the_disk()
    {
        File.WriteAllText(DiskLeaseFile.PathOf(Disk), "{ \"hostId\": ");
        Assert.Throws<DiskException>(() => DiskLeaseFile.Read(Disk));
    }

    [Fact]
    public void A_host_keeps_its_id_and_may_change_its_name()
    {
        var path = Path.Combine(folder, "host-id");
        var first = HostId.Load(path, "a");
        Assert.Equal(first with { Name = "b" }, HostId.Load(path, "b"));
        File.WriteAllText(path, "nothing");
        Assert.Equal(ErrorCode.DataLoss, Assert.Throws<VirtException>(() => HostId.Load(path, "a")).Code);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
