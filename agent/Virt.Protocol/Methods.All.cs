using System.Collections.Generic;

namespace Virt.Protocol;

/// <content>The list of them.</content>
public static partial class Methods
{
    /// <summary>All of them, in the order of docs/protocol.md.</summary>
    public static IReadOnlyList<IMethod> All => List.All;

    // A class of its own: the fields of this one are set in an order that, over several files, nobody has promised.
    private static class List
    {
        public static IReadOnlyList<IMethod> All { get; } =
        [
            Hello, Ping, GetVirtHost, TestVirtHost,
            GetVirtOperation, StopVirtOperation, WaitVirtOperation, WatchVirtEvent,
            GetVMImage, NewVMImage, InstallVMImage, SaveVMImage, RemoveVMImage, GetContainerImage, ImportContainerImage, ExportContainerImage, RemoveContainerImage, AddContainerImageName, RenameContainerImage, RemoveContainerImageName, OptimizeContainerImage, NewContainerImage, SaveContainerImage, PublishContainerImage, TestContainerImage,
            GetVM, NewVM, StartVM, StopVM, RestartVM, SuspendVM, ResumeVM, SaveVM, RemoveVMSavedState, RenameVM, SetVM, GetVMDrive, AddVMDrive, SetVMDrive, RemoveVMDrive, GetVMNetworkAdapter, AddVMNetworkAdapter, SetVMNetworkAdapter, RemoveVMNetworkAdapter, GetVMProcessor, SetVMProcessor, GetVMMemory, SetVMMemory, GetVMFirmware, SetVMFirmware, GetVMSecurity, EnableVMTPM, DisableVMTPM, RemoveVM, WaitVM, InvokeVMCommand, CopyVMFile, MeasureVM, GetVMGuest, ConnectVMConsole, TypeVMConsole, GetVMConsole, GetVMScreenshot, SendVMKey, ConnectVMAgent, CompareVM, MoveVM, MoveVMStorage, CopyVM, ExportVM, ImportVM,
            CheckpointVM, GetVMCheckpoint, RestoreVMCheckpoint, RenameVMCheckpoint, ExportVMCheckpoint, RemoveVMCheckpoint,
            GetVHD, NewVHD, TestVHD, ResizeVHD, ConvertVHD, OptimizeVHD, MergeVHD,
            GetContainer, NewContainer, StartContainer, StopContainer, RestartContainer, SuspendContainer, ResumeContainer, RenameContainer, CopyContainer, ExportContainer, ImportContainer, SetContainer, GetContainerNetworkAdapter, AddContainerNetworkAdapter, RemoveContainerNetworkAdapter, RemoveContainer, WaitContainer, InvokeContainerCommand, EnterContainer, TypeContainer, GetContainerProcess, MeasureContainer, CopyContainerFile, GetContainerLog,
            GetVirtVolume, NewVirtVolume, RemoveVirtVolume, CopyVirtVolume, CheckpointVirtVolume, RestoreVirtVolume, ExportVirtVolume, ImportVirtVolume,
            GetVirtNetwork, NewVirtNetwork, SetVirtNetwork, RemoveVirtNetwork,
            GetPatchStatus, NewPatchPlan, InvokePatch, UndoPatch, GetPatchHistory, RegisterPatchSchedule, GetPatchSchedule, UnregisterPatchSchedule,
            NewVirtPeerCode, AddVirtPeer, GetVirtPeer, RemoveVirtPeer, IntroducePeer,
            CheckMove, OfferMove, WatchMove, PrepareMove, CommitMove, FinishMove, AskMove,
        ];
    }
}
