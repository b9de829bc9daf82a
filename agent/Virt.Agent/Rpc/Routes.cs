using Virt.Agent.Containers;
using Virt.Agent.Events;
using Virt.Agent.Fleet;
using Virt.Agent.Hosts;
using Virt.Agent.Images;
using Virt.Agent.Networks;
using Virt.Agent.Operations;
using Virt.Agent.Patching;
using Virt.Agent.Registries;
using Virt.Agent.Storage.Vhds;
using Virt.Agent.Storage.Volumes;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Rpc;

/// <summary>The whole API, one line a method.</summary>
public static class Routes
{
    /// <summary>Gives every method its handler.</summary>
    public static Router Map(HostService hosts, OperationService operations, EventService events, ImageService images, RegistryService registries, NetworkService networks, VolumeService volumes, VmService vms, VhdService vhds, ContainerService containers, PatchService patches, ScheduleService schedules, PeerService peers, MoveService moves)
    {
        var router = new Router(operations);
        router.Add(Methods.Hello, hosts.HelloAsync);
        router.Add(Methods.Ping, hosts.PingAsync);
        router.Add(Methods.GetVirtHost, hosts.GetAsync);
        router.Add(Methods.TestVirtHost, hosts.TestAsync);
        router.Add(Methods.GetVirtOperation, operations.GetAsync);
        router.Add(Methods.StopVirtOperation, operations.StopAsync);
        router.Add(Methods.WaitVirtOperation, operations.WaitAsync);
        router.Add(Methods.WatchVirtEvent, events.WatchAsync);
        router.Add(Methods.GetVMImage, images.GetVMImageAsync);
        router.Add(Methods.GetContainerImage, images.GetContainerImageAsync);
        router.Add(Methods.ImportContainerImage, images.ImportAsync);
        router.Add(Methods.ExportContainerImage, images.ExportAsync);
        router.Add(Methods.RemoveContainerImage, images.RemoveAsync);
        router.Add(Methods.OptimizeContainerImage, images.OptimizeAsync);
        router.Add(Methods.NewContainerImage, images.NewAsync);
        router.Add(Methods.SaveContainerImage, registries.SaveAsync);
        router.Add(Methods.PublishContainerImage, registries.PublishAsync);
        router.Add(Methods.TestContainerImage, registries.TestAsync);
        router.Add(Methods.GetVirtNetwork, networks.GetAsync);
        router.Add(Methods.NewVirtNetwork, networks.NewAsync);
        router.Add(Methods.SetVirtNetwork, networks.SetAsync);
        router.Add(Methods.RemoveVirtNetwork, networks.RemoveAsync);
        router.Add(Methods.GetVirtVolume, volumes.GetAsync);
        router.Add(Methods.NewVirtVolume, volumes.NewAsync);
        router.Add(Methods.RemoveVirtVolume, volumes.RemoveAsync);
        router.Add(Methods.CopyVirtVolume, volumes.CopyAsync);
        router.Add(Methods.CheckpointVirtVolume, volumes.CheckpointAsync);
        router.Add(Methods.RestoreVirtVolume, volumes.RestoreAsync);
        router.Add(Methods.ExportVirtVolume, volumes.ExportAsync);
        router.Add(Methods.ImportVirtVolume, volumes.ImportAsync);
        router.Add(Methods.GetVM, vms.GetAsync);
        router.Add(Methods.NewVM, vms.NewAsync);
        router.Add(Methods.StartVM, vms.StartAsync);
        router.Add(Methods.StopVM, vms.StopAsync);
        router.Add(Methods.RestartVM, vms.RestartAsync);
        router.Add(Methods.SuspendVM, vms.SuspendAsync);
        router.Add(Methods.ResumeVM, vms.ResumeAsync);
        router.Add(Methods.SaveVM, vms.SaveStateAsync);
        router.Add(Methods.RemoveVMSavedState, vms.RemoveSavedStateAsync);
        router.Add(Methods.RenameVM, vms.RenameAsync);
        router.Add(Methods.SetVM, vms.SetAsync);
        router.Add(Methods.RemoveVM, vms.RemoveAsync);
        router.Add(Methods.WaitVM, vms.WaitAsync);
        router.Add(Methods.InvokeVMCommand, vms.InvokeAsync);
        router.Add(Methods.CopyVMFile, vms.CopyFileAsync);
        router.Add(Methods.MeasureVM, vms.MeasureAsync);
        router.Add(Methods.GetVMGuest, vms.GetGuestAsync);
        router.Add(Methods.ConnectVMConsole, vms.ConnectConsoleAsync);
        router.Add(Methods.TypeVMConsole, vms.TypeConsoleAsync);
        router.Add(Methods.GetVMConsole, vms.GetConsoleAsync);
        router.Add(Methods.GetVMScreenshot, vms.GetScreenshotAsync);
        router.Add(Methods.SendVMKey, vms.SendKeyAsync);
        router.Add(Methods.CheckpointVM, vms.CheckpointAsync);
        router.Add(Methods.GetVMCheckpoint, vms.GetCheckpointAsync);
        router.Add(Methods.RestoreVMCheckpoint, vms.RestoreCheckpointAsync);
        router.Add(Methods.RemoveVMCheckpoint, vms.RemoveCheckpointAsync);
        router.Add(Methods.GetVHD, vhds.GetAsync);
        router.Add(Methods.NewVHD, vhds.NewAsync);
        router.Add(Methods.TestVHD, vhds.TestAsync);
        router.Add(Methods.ResizeVHD, vhds.ResizeAsync);
        router.Add(Methods.ConvertVHD, vhds.ConvertAsync);
        router.Add(Methods.OptimizeVHD, vhds.OptimizeAsync);
        router.Add(Methods.MergeVHD, vhds.MergeAsync);
        router.Add(Methods.CompareVM, moves.CompareAsync);
        router.Add(Methods.MoveVM, moves.MoveAsync);
        router.Add(Methods.CopyVM, vms.CopyAsync);
        router.Add(Methods.ExportVM, vms.ExportAsync);
        router.Add(Methods.ImportVM, vms.ImportAsync);
        router.Add(Methods.GetContainer, containers.GetAsync);
        router.Add(Methods.NewContainer, (request, call) => registries.FetchFirstAsync(request, call, () => containers.NewAsync(request, call)));
        router.Add(
            Methods.StartContainer,
            (request, call) => request.Create is { } made ? registries.FetchFirstAsync(made, call, () => containers.StartAsync(request, call)) : containers.StartAsync(request, call));
        router.Add(Methods.StopContainer, containers.StopAsync);
        router.Add(Methods.RestartContainer, containers.RestartAsync);
        router.Add(Methods.SuspendContainer, containers.SuspendAsync);
        router.Add(Methods.ResumeContainer, containers.ResumeAsync);
        router.Add(Methods.RenameContainer, containers.RenameAsync);
        router.Add(Methods.CopyContainer, containers.CloneAsync);
        router.Add(Methods.ExportContainer, containers.ExportAsync);
        router.Add(Methods.ImportContainer, containers.ImportAsync);
        router.Add(Methods.SetContainer, containers.SetAsync);
        router.Add(Methods.RemoveContainer, containers.RemoveAsync);
        router.Add(Methods.WaitContainer, containers.WaitAsync);
        router.Add(Methods.InvokeContainerCommand, containers.InvokeAsync);
        router.Add(Methods.EnterContainer, containers.EnterAsync);
        router.Add(Methods.TypeContainer, containers.TypeAsync);
        router.Add(Methods.GetContainerProcess, containers.GetProcessAsync);
        router.Add(Methods.MeasureContainer, containers.MeasureAsync);
        router.Add(Methods.CopyContainerFile, containers.CopyFileAsync);
        router.Add(Methods.GetContainerLog, containers.GetLogAsync);
        router.Add(Methods.RegisterPatchSchedule, schedules.RegisterAsync);
        router.Add(Methods.GetPatchSchedule, schedules.GetAsync);
        router.Add(Methods.UnregisterPatchSchedule, schedules.UnregisterAsync);
        router.Add(Methods.GetPatchStatus, patches.StatusAsync);
        router.Add(Methods.NewPatchPlan, patches.PlanAsync);
        router.Add(Methods.InvokePatch, patches.InvokeAsync);
        router.Add(Methods.UndoPatch, patches.UndoAsync);
        router.Add(Methods.GetPatchHistory, patches.HistoryAsync);
        router.Add(Methods.NewVirtPeerCode, peers.NewCodeAsync);
        router.Add(Methods.AddVirtPeer, peers.AddAsync);
        router.Add(Methods.GetVirtPeer, peers.GetAsync);
        router.Add(Methods.RemoveVirtPeer, peers.RemoveAsync);
        return router;
    }
}
