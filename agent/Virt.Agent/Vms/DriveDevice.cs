using System;
using System.Collections.Generic;
using System.Globalization;

namespace Virt.Agent.Vms;

/// <summary>What a drive is to QEMU: the properties of its device, the driver first. The same whether it is there from the start or comes later.</summary>
internal static class DriveDevice
{
    /// <summary>The SCSI controller's name.</summary>
    public const string ScsiController = "scsi0";

    /// <summary>The name of a hot-plug port.</summary>
    /// <param name="number">From 1.</param>
    public static string Port(int number) => FormattableString.Invariant($"port{number}");

    /// <summary>A drive's device. Numbers are numbers: QMP takes them as such.</summary>
    /// <param name="drive">The drive.</param>
    /// <param name="bootIndex">Its place among what is booted; null: none.</param>
    public static IReadOnlyList<(string Name, object Value)> Of(VmDrive drive, int? bootIndex = null)
    {
        var isDvd = drive.Type == VMDriveType.Dvd;
        var properties = new List<(string, object)>
        {
            ("driver", drive.Controller switch
            {
                VMControllerType.SCSI => isDvd ? "scsi-cd" : "scsi-hd",
                VMControllerType.SATA => isDvd ? "ide-cd" : "ide-hd",
                VMControllerType.NVMe => "nvme",
                _ => "virtio-blk-pci",
            }),
            ("id", drive.Name),
        };
        if (drive.Media is not null)
        {
            properties.Add(("drive", drive.Name));
        }

        switch (drive.Controller)
        {
            case VMControllerType.SCSI:
                properties.Add(("bus", ScsiController + ".0"));
                properties.Add(("scsi-id", drive.Place!.Value));
                break;
            case VMControllerType.SATA:
                properties.Add(("bus", FormattableString.Invariant($"ide.{drive.Place}")));
                break;
            case VMControllerType.NVMe:
                // It must have one.
                properties.Add(("serial", drive.Id.ToString("N")[..20]));
                break;
        }

        if (drive is { Controller: VMControllerType.Virtio or VMControllerType.NVMe, Place: { } port })
        {
            properties.Add(("bus", Port(port)));
        }

        if (drive.Controller != VMControllerType.NVMe && !isDvd)
        {
            properties.Add(("werror", "stop"));
            properties.Add(("rerror", "stop"));
        }

        if (bootIndex is { } index)
        {
            properties.Add(("bootindex", index));
        }

        return properties;
    }

    /// <summary>As one argument of QEMU's command line.</summary>
    public static string Text(IReadOnlyList<(string Name, object Value)> properties)
    {
        var parts = new List<string>();
        foreach (var (name, value) in properties)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture);
            parts.Add(name == "driver" ? text! : $"{name}={text}");
        }

        return string.Join(',', parts);
    }
}
