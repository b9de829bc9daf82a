using System;

namespace Virt.Agent.Vms;

/// <content>Network adapters.</content>
public sealed partial class QemuArguments
{
    private void AddNetwork(VmSpec spec, Func<string, int?> order)
    {
        if (spec.Network is { } network)
        {
            AddAdapter(AdapterDevice.First, spec.AdapterModel, network, spec.MacAddress!, isShared: spec.Attachment is not null, port: null, order(AdapterDevice.First), spec);
        }
    }

    private void AddAdapters(VmSpec spec, Func<string, int?> order)
    {
        foreach (var adapter in spec.Adapters)
        {
            AddAdapter(adapter.Name, adapter.Model, adapter.Network, adapter.MacAddress, adapter.Attachment is not null, adapter.Place, order(adapter.Name), spec);
        }
    }

    private void AddAdapter(string name, VMNetworkAdapterModel model, string network, string macAddress, bool isShared, int? port, int? bootIndex, VmSpec spec)
    {
        var backend = AdapterDevice.BackendOf(name);
        if (isShared)
        {
            var tap = FormattableString.Invariant($"tap,id={backend},fd={Open(QemuDescriptorKind.Tap, name)}");
            // Without it each packet passes through QEMU. Only virtio's queues can be handed on.
            var vhost = host.HasVhost && model == VMNetworkAdapterModel.Virtio ? FormattableString.Invariant($",vhost=on,vhostfd={Open(QemuDescriptorKind.ReadWrite, VmNetwork.Vhost)}") : "";
            Add("-netdev", tap + vhost);
        }
        else
        {
            // QEMU's own NAT lets a guest reach the host's loopback (10.0.2.2) and everything behind it: only for who asks for it by name.
            Add("-netdev", $"user,id={backend}" + (network == NewVMCheck.UserNetwork ? "" : ",restrict=on"));
        }

        Add("-device", DriveDevice.Text(AdapterDevice.Of(name, model, macAddress, port, bootIndex, bootIndex is not null && BootOrder.NeedsRom(spec, model))));
    }
}
