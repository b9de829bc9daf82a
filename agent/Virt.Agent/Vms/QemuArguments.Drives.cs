using System;
using System.Linq;

namespace Virt.Agent.Vms;

/// <content>Disks and DVDs.</content>
public sealed partial class QemuArguments
{
    // The first disk, which has been a device of its own since there were machines.
    private void AddDisk(VmDisk? disk, int? bootIndex)
    {
        if (disk is not null)
        {
            AddNodes(disk, "disk0", isReadOnly: false);
            Add("-device", $"virtio-blk-pci,id={DiskDevice},drive=disk0,werror=stop,rerror=stop" + (bootIndex is { } index ? FormattableString.Invariant($",bootindex={index}") : ""));
        }
    }

    // After all that was there before there were any, so that they take no other device's place on the bus.
    private void AddControllers(VmSpec spec)
    {
        if (spec.HasScsiController || spec.Drives.Any(static drive => drive.Controller == VMControllerType.SCSI))
        {
            Add("-device", $"virtio-scsi-pci,id={DriveDevice.ScsiController}");
        }

        for (var port = 1; port <= spec.HotplugPorts; port++)
        {
            Add("-device", FormattableString.Invariant($"pcie-root-port,id={DriveDevice.Port(port)},chassis={port},slot={port}"));
        }
    }

    // Booted after the first disk, in their order: a blank disk leads on to the DVD that a system is installed from, and is booted itself from then on.
    private void AddDrives(VmSpec spec, Func<string, int?> order)
    {
        foreach (var drive in spec.Drives)
        {
            if (drive.Media is { } media)
            {
                AddNodes(media, drive.Name, isReadOnly: !drive.IsOwned);
            }

            Add("-device", DriveDevice.Text(DriveDevice.Of(drive, order(drive.Name))));
        }
    }

    private void AddNodes(VmDisk disk, string name, bool isReadOnly)
    {
        foreach (var node in DiskNode.Of(disk, name, isReadOnly))
        {
            AddNode(node);
        }
    }

    private void AddNode(DiskNode node)
    {
        var file = OpenSet(node.IsReadOnly ? QemuDescriptorKind.Read : QemuDescriptorKind.ReadWrite, node.Path, FormattableString.Invariant($",opaque={node.Name} {Escape(node.Path)}"));
        // The machine that a lent layer belongs to may have it open for writing, which its lock says; it does not write to it (docs/adr/0022).
        var text = $"driver={node.Format},node-name={node.Name},discard=unmap,read-only={(node.IsReadOnly ? "on" : "off")},file.driver=file,file.filename={file}{(node.IsLent ? ",file.locking=off" : "")}";
        Add("-blockdev", node.Below is null ? text : $"{text},backing={node.Below}");
    }
}
