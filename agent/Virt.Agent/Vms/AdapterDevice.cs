using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What a network adapter is to QEMU, and which there can be: pure.</summary>
internal static partial class AdapterDevice
{
    /// <summary>The name of the adapter that a machine was made with.</summary>
    public const string First = "nic0";

    /// <summary>Network adapters beside the first.</summary>
    public const int Most = 15;

    /// <summary>What is behind an adapter: QEMU's name for that.</summary>
    /// <param name="name">The adapter's, such as <c>nic1</c>.</param>
    public static string BackendOf(string name) => string.Concat("net", name.AsSpan("nic".Length));

    /// <summary>The file that QEMU takes as an adapter's ROM where it is told of none.</summary>
    public static string RomOf(VMNetworkAdapterModel model) => model switch
    {
        VMNetworkAdapterModel.E1000 => "efi-e1000.rom",
        VMNetworkAdapterModel.E1000e => "efi-e1000e.rom",
        VMNetworkAdapterModel.Rtl8139 => "efi-rtl8139.rom",
        _ => "efi-virtio.rom",
    };

    /// <summary>Whether a name is an adapter's, and not a drive's.</summary>
    public static bool IsName(string name) => name.StartsWith("nic", StringComparison.Ordinal);

    /// <summary>An adapter's device, the driver first. The same whether it is there from the start or comes later.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="model">What the guest sees it as.</param>
    /// <param name="macAddress">Its hardware address.</param>
    /// <param name="port">The hot-plug port that it is in; null: none.</param>
    /// <param name="bootIndex">Its place in the boot order; null: nothing boots from it.</param>
    /// <param name="needsRom">What boots from it is in its ROM and not in the firmware.</param>
    public static IReadOnlyList<(string Name, object Value)> Of(string name, VMNetworkAdapterModel model, string macAddress, int? port = null, int? bootIndex = null, bool needsRom = false)
    {
        var properties = new List<(string, object)>
        {
            ("driver", model switch
            {
                VMNetworkAdapterModel.E1000 => "e1000",
                VMNetworkAdapterModel.E1000e => "e1000e",
                VMNetworkAdapterModel.Rtl8139 => "rtl8139",
                _ => "virtio-net-pci",
            }),
            ("id", name),
            ("netdev", BackendOf(name)),
            ("mac", macAddress),
        };
        if (!needsRom)
        {
            // Nothing boots from it: that would cost each boot its time.
            properties.Add(("romfile", ""));
        }

        if (bootIndex is { } place)
        {
            properties.Add(("bootindex", place));
        }

        if (port is { } number)
        {
            properties.Add(("bus", DriveDevice.Port(number)));
        }

        return properties;
    }

    /// <exception cref="VirtException">InvalidArgument; NotSupported: not on this architecture.</exception>
    public static void Check(string verb, string machine, VMNetworkAdapterModel? model, string? macAddress, Architecture architecture)
    {
        if (model is < VMNetworkAdapterModel.Virtio or > VMNetworkAdapterModel.Rtl8139)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidAdapterModel", $"Cannot {verb} VM '{machine}': its model is {model}; Virtio, E1000, E1000e and Rtl8139 are allowed.", machine, "Get-Help Add-VMNetworkAdapter");
        }

        if (architecture == Architecture.Arm64 && model is VMNetworkAdapterModel.E1000 or VMNetworkAdapterModel.Rtl8139)
        {
            throw new VirtException(ErrorCode.NotSupported, "AdapterModelNotSupported", $"Cannot {verb} VM '{machine}': machines on arm64 have no {model}; Virtio and E1000e are there.", machine, $"Add-VMNetworkAdapter {machine} -Model E1000e");
        }

        if (macAddress is not null && ReadMacAddress(macAddress) is null)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidMacAddress", $"Cannot {verb} VM '{machine}': '{macAddress}' is no hardware address of one adapter, such as 52:54:00:01:02:03, 52-54-00-01-02-03 or 525400010203.", macAddress, $"Get-VMNetworkAdapter {machine}");
        }
    }

    /// <summary>Six bytes, of one adapter and not of a group.</summary>
    public static bool IsMacAddress(string text) => Form().IsMatch(text);

    /// <summary>An address in the form in which it is stored: six pairs of small letters with colons.</summary>
    /// <param name="text">With colons, or as Hyper-V and Windows write it: with hyphens, or nothing between.</param>
    /// <returns>Null where it is none, of one adapter and not of a group.</returns>
    public static string? ReadMacAddress(string? text)
    {
        if (text is { Length: 12 } && !text.Contains(':', StringComparison.Ordinal))
        {
            text = string.Join(':', text.Chunk(2).Select(static pair => new string(pair)));
        }
        else if (text?.Contains(':', StringComparison.Ordinal) == false)
        {
            text = text.Replace('-', ':');
        }

        return text is not null && IsMacAddress(text) ? text.ToLowerInvariant() : null;
    }

    [GeneratedRegex("^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
