using System;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class VmDriveRulesTests
{
    [Theory]
    [InlineData(VMDriveType.HardDisk, Architecture.X64, false, VMControllerType.SCSI)]
    [InlineData(VMDriveType.Dvd, Architecture.X64, false, VMControllerType.SATA)]
    [InlineData(VMDriveType.Dvd, Architecture.X64, true, VMControllerType.SCSI)]
    [InlineData(VMDriveType.Dvd, Architecture.Arm64, false, VMControllerType.SCSI)]
    public void Where_nobody_says_it_is_behind_what_the_guest_can_see(VMDriveType type, Architecture architecture, bool isRunning, VMControllerType controller) =>
        Assert.Equal(controller, VmDriveRules.ControllerOf("web01", new AddVMDrive { Type = type }, architecture, isRunning));

    [Theory]
    [InlineData(VMDriveType.Dvd, VMControllerType.Virtio, false, Architecture.X64, "InvalidController")]
    [InlineData(VMDriveType.Dvd, VMControllerType.NVMe, false, Architecture.X64, "InvalidController")]
    [InlineData(VMDriveType.HardDisk, VMControllerType.SATA, true, Architecture.X64, "InvalidController")]
    [InlineData(VMDriveType.HardDisk, (VMControllerType)9, false, Architecture.X64, "InvalidController")]
    [InlineData(VMDriveType.HardDisk, VMControllerType.SATA, false, Architecture.Arm64, "ControllerNotSupported")]
    public void What_there_is_not_is_refused(VMDriveType type, VMControllerType controller, bool isReadOnly, Architecture architecture, string id) =>
        Assert.Equal(id, Assert.Throws<VirtException>(() => VmDriveRules.ControllerOf("web01", new AddVMDrive { Type = type, ControllerType = controller, IsReadOnly = isReadOnly }, architecture, isRunning: false)).Id);

    [Fact]
    public void Each_gets_the_first_free_place_and_name()
    {
        var spec = Spec(Drive("disk1", VMControllerType.SCSI, 0), Drive("disk3", VMControllerType.SCSI, 1), Drive("dvd0", VMControllerType.SATA, 0), Drive("disk4", VMControllerType.Virtio, null));
        Assert.Equal(2, VmDriveRules.PlaceOf("web01", spec, VMDriveType.HardDisk, VMControllerType.SCSI, isRunning: true));
        Assert.Equal(1, VmDriveRules.PlaceOf("web01", spec, VMDriveType.Dvd, VMControllerType.SATA, isRunning: false));
        Assert.Null(VmDriveRules.PlaceOf("web01", spec, VMDriveType.HardDisk, VMControllerType.Virtio, isRunning: false));
        Assert.Equal(1, VmDriveRules.PlaceOf("web01", spec, VMDriveType.HardDisk, VMControllerType.Virtio, isRunning: true));
        Assert.Equal(("disk2", "dvd1"), (VmDriveRules.NameOf(spec, VMDriveType.HardDisk), VmDriveRules.NameOf(spec, VMDriveType.Dvd)));
    }

    [Fact]
    public void What_finds_no_place_while_it_runs_needs_a_stop()
    {
        var full = Spec(Drive("disk1", VMControllerType.NVMe, 1)) with { HasScsiController = false };
        foreach (var controller in new[] { VMControllerType.Virtio, VMControllerType.NVMe, VMControllerType.SATA, VMControllerType.SCSI })
        {
            Assert.Equal("NeedsStop", Assert.Throws<VirtException>(() => VmDriveRules.PlaceOf("web01", full, VMDriveType.HardDisk, controller, isRunning: true)).Id);
        }

        var sata = Spec([.. Enumerable.Range(0, 6).Select(static port => Drive($"disk{port + 1}", VMControllerType.SATA, port))]);
        Assert.Equal("NoPlaceForDrive", Assert.Throws<VirtException>(() => VmDriveRules.PlaceOf("web01", sata, VMDriveType.Dvd, VMControllerType.SATA, isRunning: false)).Id);
    }

    [Fact]
    public void A_drive_is_the_same_device_whether_it_is_there_from_the_start_or_comes_later()
    {
        Assert.Equal("scsi-hd,id=disk1,drive=disk1,bus=scsi0.0,scsi-id=3,werror=stop,rerror=stop,bootindex=2", DriveDevice.Text(DriveDevice.Of(Drive("disk1", VMControllerType.SCSI, 3), bootIndex: 2)));
        Assert.Equal("virtio-blk-pci,id=disk1,drive=disk1,bus=port2,werror=stop,rerror=stop", DriveDevice.Text(DriveDevice.Of(Drive("disk1", VMControllerType.Virtio, 2))));
        Assert.Equal("ide-cd,id=dvd0,drive=dvd0,bus=ide.4", DriveDevice.Text(DriveDevice.Of(Drive("dvd0", VMControllerType.SATA, 4))));
        Assert.Equal("scsi-cd,id=dvd0,bus=scsi0.0,scsi-id=0", DriveDevice.Text(DriveDevice.Of(Drive("dvd0", VMControllerType.SCSI, 0) with { Media = null })));
        Assert.StartsWith("nvme,id=disk1,drive=disk1,serial=", DriveDevice.Text(DriveDevice.Of(Drive("disk1", VMControllerType.NVMe, null))), StringComparison.Ordinal);
        Assert.IsType<int>(DriveDevice.Of(Drive("disk1", VMControllerType.SCSI, 3)).Single(static p => p.Name == "scsi-id").Value);
    }

    private static VmSpec Spec(params VmDrive[] drives) => new() { MemoryBytes = 1 << 28, ProcessorCount = 1, Generation = 1, Drives = drives, HasScsiController = true, HotplugPorts = 1 };

    private static VmDrive Drive(string name, VMControllerType controller, int? place) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        Type = name.StartsWith("dvd", StringComparison.Ordinal) ? VMDriveType.Dvd : VMDriveType.HardDisk,
        Controller = controller,
        Place = place,
        Media = new VmDisk { Path = $"/d/{name}", Format = "raw", SizeBytes = 1, IsNew = false },
    };
}
