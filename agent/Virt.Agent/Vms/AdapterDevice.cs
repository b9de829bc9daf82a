using System;
using System.Collections.Generic;
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

    /// <summary>An adapter's device, the driver first. The same whether it is there from the start or comes later.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="model">What the guest sees it as.</param>
    /// <param name="macAddress">Its hardware address.</param>
    /// <param name="port">The hot-plug port that it is in; null: none.</param>
    public static IReadOnlyList<(string Name, object Value)> Of(string name, VMNetworkAdapterModel model, string macAddress, int? port = null)
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
            // Nothing boots from it: that would cost each boot its time.
            ("romfile", ""),
        };
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

        if (macAddress is not null && !IsMacAddress(macAddress))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidMacAddress", $"Cannot {verb} VM '{machine}': '{macAddress}' is no hardware address of one adapter, such as 52:54:00:01:02:03.", macAddress, $"Get-VMNetworkAdapter {machine}");
        }
    }

    /// <summary>Six bytes, of one adapter and not of a group.</summary>
    public static bool IsMacAddress(string text) => Form().IsMatch(text);

    [GeneratedRegex("^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
