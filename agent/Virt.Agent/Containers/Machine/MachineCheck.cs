using System;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Containers.Machine;

/// <summary>What a container cannot have that is in a virtual machine of its own.</summary>
internal static class MachineCheck
{
    private const string Making = "New-Container -Isolation VM";

    /// <summary>The first of it: the parameter, why, and what to type instead; null: nothing.</summary>
    public static (string Parameter, string Cause, string Action)? WhatIsWrong(NewContainer request, HealthCheck? health)
    {
        var isHostNetwork = ContainerNetwork.Host.Equals(request.Network, StringComparison.OrdinalIgnoreCase);
        var isAlone = request.Network.Length == 0 || ContainerNetwork.None.Equals(request.Network, StringComparison.OrdinalIgnoreCase);
        return request switch
        {
            { Privileged: true } => ("Privileged", "in a virtual machine of its own it has nothing of the host that it could have more rights over; over its own kernel it can have all", Making + " -AddCapability ALL"),
            { UserNamespace: ContainerUserNamespace.Host } => ("UserNamespace", "in a virtual machine of its own its file server would be root of the host", Making),
            { Devices.Length: > 0 } => ("Device", "in a virtual machine of its own it has no devices of the host", $"New-Container -Isolation Application -Device {request.Devices[0]}"),
            _ when request.Volumes.Select(static text => ContainerVolume.Parse(text, out _)).FirstOrDefault(static volume => volume is not null && ContainerVolume.IsFreeDevice(volume.Target)) is { } volume =>
                ("Volume", $"in a virtual machine of its own its /dev is that machine's, in which the place '{volume.Target}' of a volume cannot be", Making + " -Volume data:/data"),
            { ProcessCount: not null } => ("ProcessCount", "in a virtual machine of its own its processes are counted by its own kernel alone", Making + " -Ulimit nproc=100"),
            { MemoryBytes: < MachineMemory.LeastBytes } => ("MemoryBytes", $"a virtual machine of its own would have {request.MemoryBytes} bytes of memory; {MachineMemory.LeastBytes >> 20} MB is the least", Making + " -MemoryBytes 256MB"),
            { AdditionalNetworks.Length: > 0 } => ("Network", "in a virtual machine of its own it is in one network", "New-Container -Isolation Application -Network lan, dmz"),
            _ when isHostNetwork => ("Network", "in a virtual machine of its own it has no part in the host's network", Making + " -Network lan -Publish 8080:80"),
            _ when isAlone && health is ({ TcpPort: not 0 } or { HttpUrl.Length: > 0 }) => ("Health", "in a virtual machine of its own, and without a network, nobody comes to its ports", Making + " -Network lan -HealthTcp 80"),
            _ => null,
        };
    }
}
