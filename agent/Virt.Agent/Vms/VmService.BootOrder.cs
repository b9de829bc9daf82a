using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <content>What a machine starts from.</content>
public sealed partial class VmService
{
    // Where QEMU's packages have the ROMs of network adapters: it looks in the first itself, the others are on its own search path.
    private static readonly string[] RomFolders = ["/usr/share/qemu", "/usr/lib/ipxe/qemu", "/usr/share/ipxe/qemu", "/usr/share/qemu-kvm"];

    private IEnumerable<string> PartsToBoot(VmEntry entry) => DrivesOf(entry).Select(static drive => drive.Name).Concat(AdaptersOf(entry).Select(static adapter => adapter.Name));

    private string[] OrderToBoot(VmEntry entry, string[] order)
    {
        string[] names = [.. order.Select(name => PartToBoot(entry, name))];
        if (names.GroupBy(static name => name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1)?.Key is { } twice)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidBootOrder", $"Cannot change VM '{entry.Name}': its boot order names '{twice}' more than once.", twice, $"Set-VMFirmware {entry.Name} -BootOrder {string.Join(", ", names.Distinct(StringComparer.Ordinal))}");
        }

        return names;
    }

    private string PartToBoot(VmEntry entry, string name) => PartsToBoot(entry).FirstOrDefault(part => part.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new VirtException(
            ErrorCode.NotFound,
            "VMDriveNotFound",
            $"Cannot change VM '{entry.Name}': it cannot start from '{name}'; it has {string.Join(", ", PartsToBoot(entry).DefaultIfEmpty("nothing to start from"))}.",
            name,
            $"Get-VMHardDiskDrive {entry.Name}; Get-VMDvdDrive {entry.Name}; Get-VMNetworkAdapter {entry.Name}");

    // Which of its adapters have a ROM is known to a memory that runs, is saved, or moves.
    private void CheckNetworkBoot(VmEntry entry, VmSpec to)
    {
        var adapters = BootOrder.Adapters(to).ToHashSet(StringComparer.Ordinal);
        if (adapters.SetEquals(BootOrder.Adapters(entry.Spec)))
        {
            return;
        }

        VmStates.CheckOff("change the network boot of", entry.Name, entry.State);
        if (adapters.Count > 0 && KernelOf("change the network boot of", entry.Name, to) is not null)
        {
            throw new VirtException(ErrorCode.NotSupported, "StartsKernel", $"Cannot change VM '{entry.Name}': it starts the kernel of its image directly, and its firmware looks for nothing else.", entry.Name, "Get-VMImage");
        }

        foreach (var adapter in AdaptersOf(entry).Where(adapter => adapters.Contains(adapter.Name) && BootOrder.NeedsRom(to, adapter.Model)))
        {
            var rom = AdapterDevice.RomOf(adapter.Model);
            if (!RomFolders.Any(folder => File.Exists(Path.Combine(folder, rom))))
            {
                throw new VirtException(ErrorCode.NotSupported, "NetworkBootMissing", $"Cannot change VM '{entry.Name}': to start from '{adapter.Name}' ({adapter.Model}) it needs the network boot ROM '{rom}', which this host has not.", entry.Name, "sudo apt-get install ipxe-qemu");
            }
        }
    }
}
