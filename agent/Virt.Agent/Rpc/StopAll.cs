using System;
using System.Collections.Generic;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.Agent.Rpc;

/// <summary>Stops every VM and container of a host, all at the same time, as its shutdown needs it; asks the running agent to do it.</summary>
internal static class StopAll
{
    private static readonly TimeSpan GuestTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Stops them in the graceful way; each VM as its AutomaticStopAction says. A guest that does not end within a minute is turned off, and so is one that cannot be saved.</summary>
    /// <exception cref="VirtException">Unavailable: no agent listens there.</exception>
    public static void Run(VirtEndpoint endpoint)
    {
        using var client = VirtClient.Connect(endpoint, "virt-agent stop-all");
        var containers = new List<VirtOperation>();
        foreach (var container in client.Invoke(Methods.GetContainer, new GetContainer()).Items)
        {
            if (container.State is ContainerState.Running or ContainerState.Starting or ContainerState.Paused)
            {
                Try(container.Name, () => containers.Add(client.Detach(Methods.StopContainer, new StopContainer { Id = container.Id, Name = container.Name, HostStops = true })));
            }
        }

        var machines = new List<(VM Machine, VirtOperation? Operation)>();
        foreach (var machine in client.Invoke(Methods.GetVM, new GetVM()).Items)
        {
            if (machine.State is VMState.Running or VMState.Starting or VMState.Paused or VMState.Stopping)
            {
                VirtOperation? operation = null;
                Try(machine.Name, () => operation = Begin(client, machine));
                machines.Add((machine, operation));
            }
        }

        foreach (var operation in containers)
        {
            client.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id });
        }

        foreach (var (machine, operation) in machines)
        {
            if (operation is null || client.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id }).Error is not null)
            {
                Try(machine.Name, () => client.Invoke(Methods.StopVM, new StopVM { Id = machine.Id, Name = machine.Name, TurnOff = true, HostStops = true }));
            }
        }
    }

    private static VirtOperation Begin(VirtClient client, VM machine) => machine.AutomaticStopAction == VMStopAction.Save && machine.State is VMState.Running or VMState.Paused
        ? client.Detach(Methods.SaveVM, new SaveVM { Id = machine.Id, Name = machine.Name, HostStops = true })
        : client.Detach(
            Methods.StopVM,
            new StopVM { Id = machine.Id, Name = machine.Name, TurnOff = machine.AutomaticStopAction == VMStopAction.TurnOff || machine.State == VMState.Paused, Timeout = GuestTimeout, HostStops = true });

    // One that cannot be stopped must not keep the others from it.
    private static void Try(string name, Action stop)
    {
        try
        {
            stop();
        }
        catch (VirtException e) when (e.Code != ErrorCode.Unavailable)
        {
            Console.Error.WriteLine($"{name}: {e.Message}");
        }
    }
}
