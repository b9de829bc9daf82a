using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Get-VMFirmware and Set-VMFirmware.</summary>
public sealed partial class VmService
{
    private const int MostFirmwareText = 64;

    /// <summary>The firmware of machines, by name, id or pattern; of all where the request names none.</summary>
    public Task<VMFirmwareList> GetFirmwareAsync(GetVMFirmware request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var found = Select(new GetVM { Names = request.Names, Ids = request.Ids }, errors).DistinctBy(static entry => entry.Id).OrderBy(static entry => entry.Name, StringComparer.OrdinalIgnoreCase);
        return Task.FromResult(new VMFirmwareList { Items = [.. found.Select(static entry => ShowFirmware(entry, entry.Spec))], Errors = [.. errors] });
    }

    /// <summary>Changes the firmware of a machine, from its next start on; secure boot, and a file that it begins with, only of one that is off.</summary>
    /// <exception cref="VirtException">NotFound (machine, drive, file); InvalidArgument; NotSupported; WrongState; Unavailable (the file). It is as it was then.</exception>
    public async Task<VMFirmware> SetFirmwareAsync(SetVMFirmware request, Call call)
    {
        const string Verb = "change";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        CheckFirmwareText(entry.Name, request);
        using var held = await LockAsync(Verb, entry, call).ConfigureAwait(false);
        VmStates.CheckSet(Verb, entry.Name, entry.State);
        var spec = entry.Spec;
        var isSecured = request.SecureBoot is { } secure && secure != spec.SecureBoot;
        if (isSecured)
        {
            VmStates.CheckOff("change secure boot of", entry.Name, entry.State);
            CheckSecureBoot(entry, request.SecureBoot!.Value);
        }

        var firmware = request.FirmwarePath switch { null => spec.FirmwarePath, "" => null, var path => path };
        if (firmware != spec.FirmwarePath)
        {
            VmStates.CheckOff("change the firmware of", entry.Name, entry.State);
            if (firmware is not null)
            {
                FirmwareRom.CheckRequest(Verb, entry.Name, firmware, spec.Generation, KernelOf(Verb, entry.Name, spec) is not null);
            }
        }

        var to = spec with
        {
            FirmwarePath = firmware,
            BootOrder = request.BootOrder is null ? spec.BootOrder : [.. request.BootOrder.Select(name => DriveToBoot(entry, name)).Distinct(StringComparer.Ordinal)],
            SecureBoot = request.SecureBoot ?? spec.SecureBoot,
            Manufacturer = request.Manufacturer ?? spec.Manufacturer,
            Product = request.Product ?? spec.Product,
            SerialNumber = request.SerialNumber ?? spec.SerialNumber,
            AssetTag = request.AssetTag ?? spec.AssetTag,
        };
        if (!call.WhatIf)
        {
            if (isSecured)
            {
                // The next start makes them anew, with the keys that belong to it or without: whatever ends the agent between the two, they fit.
                File.Delete(FolderOf(entry).NvramFile);
            }

            entry.Set(table, entry.Phase, entry.Run, to);
            entry.Tell(VirtEventAction.Changed, "Its firmware is another from its next start on.");
        }

        return ShowFirmware(entry, to);
    }

    private static string DriveToBoot(VmEntry entry, string name) => DrivesOf(entry).FirstOrDefault(drive => drive.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Name
        ?? throw new VirtException(
            ErrorCode.NotFound,
            "VMDriveNotFound",
            $"Cannot change VM '{entry.Name}': it cannot start from '{name}'; it has {string.Join(", ", DrivesOf(entry).Select(static drive => drive.Name).DefaultIfEmpty("no drives"))}.",
            name,
            $"Get-VMHardDiskDrive {entry.Name}; Get-VMDvdDrive {entry.Name}");

    private void CheckSecureBoot(VmEntry entry, bool isOn)
    {
        var start = $"Cannot change secure boot of VM '{entry.Name}': ";
        if (entry.Spec.Generation != 2)
        {
            throw new VirtException(ErrorCode.NotSupported, "NeedsUefi", $"{start}it is of generation 1, whose BIOS has none.", entry.Name, "New-VM -Generation 2");
        }

        if (isOn && KernelOf("change secure boot of", entry.Name, entry.Spec) is not null)
        {
            throw new VirtException(ErrorCode.NotSupported, "StartsKernel", $"{start}it starts the kernel of its image directly, which nobody has signed for it.", entry.Name, "Get-VMImage");
        }

        if (isOn && HostOf(entry.Spec).Architecture == Architecture.Arm64)
        {
            throw new VirtException(ErrorCode.NotSupported, "SecureBootNotSupported", $"{start}its CPU is arm64, whose emulated board has no place where a guest could not change the keys.", entry.Name, $"Get-VMFirmware {entry.Name}");
        }

        if (isOn && HostOf(entry.Spec).Firmware.SecureCode is null)
        {
            throw new VirtException(ErrorCode.NotSupported, "SecureBootMissing", $"{start}no UEFI firmware with secure boot is installed on this host.", entry.Name, "sudo apt-get install ovmf");
        }

        if (CheckpointsOf(entry).Count > 0)
        {
            throw new VirtException(ErrorCode.WrongState, "VMHasCheckpoints", $"{start}its checkpoints hold UEFI variables that go with the present firmware.", entry.Name, $"Get-VMCheckpoint {entry.Name} | Remove-VMCheckpoint");
        }
    }

    private static void CheckFirmwareText(string machine, SetVMFirmware request)
    {
        foreach (var (text, name) in new[] { (request.Manufacturer, "Manufacturer"), (request.Product, "Product"), (request.SerialNumber, "SerialNumber"), (request.AssetTag, "AssetTag") })
        {
            if (text is not null && (text.Length > MostFirmwareText || text.Any(static c => c is < ' ' or > '~')))
            {
                throw new VirtException(ErrorCode.InvalidArgument, "InvalidFirmwareText", $"Cannot change VM '{machine}': its {name} has {text.Length} characters; up to {MostFirmwareText} of ASCII are allowed.", machine, $"Set-VMFirmware {machine} -{name} ABC-123");
            }
        }
    }

    private static VMFirmware ShowFirmware(VmEntry entry, VmSpec spec) => new()
    {
        VMId = entry.Id,
        VMName = entry.Name,
        Type = spec.Generation == 2 ? "UEFI" : spec.FirmwarePath is null ? "BIOS" : "ROM",
        FirmwarePath = spec.FirmwarePath ?? "",
        BootOrder = [.. spec.BootOrder.Concat(DrivesOf(entry).Select(static drive => drive.Name)).Distinct(StringComparer.Ordinal)],
        SecureBoot = spec.SecureBoot,
        Manufacturer = spec.Manufacturer,
        Product = spec.Product,
        SerialNumber = spec.SerialNumber,
        AssetTag = spec.AssetTag,
    };
}
