using Virt.Agent.Hosts;
using Virt.Agent.Images;
using Virt.Agent.Operations;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Rpc;

/// <summary>The whole API, one line a method.</summary>
public static class Routes
{
    /// <summary>Gives every method its handler.</summary>
    public static Router Map(HostService hosts, OperationService operations, ImageService images, VmService vms)
    {
        var router = new Router(operations);
        router.Add(Methods.Hello, hosts.HelloAsync);
        router.Add(Methods.Ping, hosts.PingAsync);
        router.Add(Methods.GetVirtHost, hosts.GetAsync);
        router.Add(Methods.TestVirtHost, hosts.TestAsync);
        router.Add(Methods.GetVirtOperation, operations.GetAsync);
        router.Add(Methods.StopVirtOperation, operations.StopAsync);
        router.Add(Methods.WaitVirtOperation, operations.WaitAsync);
        router.Add(Methods.GetVMImage, images.GetVMImageAsync);
        router.Add(Methods.GetContainerImage, images.GetContainerImageAsync);
        router.Add(Methods.GetVM, vms.GetAsync);
        router.Add(Methods.NewVM, vms.NewAsync);
        router.Add(Methods.StartVM, vms.StartAsync);
        router.Add(Methods.StopVM, vms.StopAsync);
        router.Add(Methods.RemoveVM, vms.RemoveAsync);
        router.Add(Methods.WaitVM, vms.WaitAsync);
        router.Add(Methods.InvokeVMCommand, vms.InvokeAsync);
        return router;
    }
}
