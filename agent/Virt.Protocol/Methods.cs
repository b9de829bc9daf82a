using static Virt.Protocol.MethodKind;

namespace Virt.Protocol;

/// <summary>Every method of the agent. A method is added here, in the list of all, in Routes.cs, and nowhere else.</summary>
public static partial class Methods
{
    /// <summary>The first call on every connection.</summary>
    public static readonly Method<Hello, HelloReply> Hello = new("hello", Query, Protocol.Hello.WireFormat, HelloReply.WireFormat);

    /// <summary>Does nothing, to measure a round trip.</summary>
    public static readonly Method<Nothing, Nothing> Ping = new("ping", Query, Nothing.WireFormat, Nothing.WireFormat);

    /// <summary>Facts about the host.</summary>
    public static readonly Method<GetVirtHost, VirtHost> GetVirtHost = new("host.get", Query, Protocol.GetVirtHost.WireFormat, VirtHost.WireFormat);

    /// <summary>What the host can and what it lacks.</summary>
    public static readonly Method<TestVirtHost, HostCheckList> TestVirtHost = new("host.test", Query, Protocol.TestVirtHost.WireFormat, HostCheckList.WireFormat);

    /// <summary>Operations, running and ended.</summary>
    public static readonly Method<GetVirtOperation, VirtOperationList> GetVirtOperation = new("operation.get", Query, Protocol.GetVirtOperation.WireFormat, VirtOperationList.WireFormat);

    /// <summary>Cancels a running operation.</summary>
    public static readonly Method<StopVirtOperation, VirtOperation> StopVirtOperation = new("operation.stop", Query, Protocol.StopVirtOperation.WireFormat, VirtOperation.WireFormat);

    /// <summary>Follows an operation to its end; its progress is streamed, its result comes as the bytes its method would have given.</summary>
    public static readonly Method<WaitVirtOperation, OperationResult> WaitVirtOperation = new("operation.wait", Query, Protocol.WaitVirtOperation.WireFormat, OperationResult.WireFormat);

    /// <summary>The images that virtual machines can be made from.</summary>
    public static readonly Method<GetVMImage, VMImageList> GetVMImage = new("vmimage.get", Query, Protocol.GetVMImage.WireFormat, VMImageList.WireFormat);

    /// <summary>Gets an image of virtual machines from a web server.</summary>
    public static readonly Method<SaveVMImage, VMImage> SaveVMImage = new("vmimage.save", Change, Protocol.SaveVMImage.WireFormat, VMImage.WireFormat);

    /// <summary>Makes an image of a virtual machine.</summary>
    public static readonly Method<NewVMImage, VMImage> NewVMImage = new("vmimage.new", Change, Protocol.NewVMImage.WireFormat, VMImage.WireFormat);

    /// <summary>Makes an image of virtual machines by an installer.</summary>
    public static readonly Method<InstallVMImage, VMImage> InstallVMImage = new("vmimage.install", Change, Protocol.InstallVMImage.WireFormat, VMImage.WireFormat);

    /// <summary>Removes an image of virtual machines.</summary>
    public static readonly Method<RemoveVMImage, Nothing> RemoveVMImage = new("vmimage.remove", Change, Protocol.RemoveVMImage.WireFormat, Nothing.WireFormat);

    /// <summary>Virtual machines by name, id or pattern.</summary>
    public static readonly Method<GetVM, VMList> GetVM = new("vm.get", Query, Protocol.GetVM.WireFormat, VMList.WireFormat);

    /// <summary>Makes a virtual machine.</summary>
    public static readonly Method<NewVM, VM> NewVM = new("vm.new", Change, Protocol.NewVM.WireFormat, VM.WireFormat);

    /// <summary>Starts a virtual machine.</summary>
    public static readonly Method<StartVM, VM> StartVM = new("vm.start", Change, Protocol.StartVM.WireFormat, VM.WireFormat);

    /// <summary>Stops a virtual machine.</summary>
    public static readonly Method<StopVM, VM> StopVM = new("vm.stop", Change, Protocol.StopVM.WireFormat, VM.WireFormat);

    /// <summary>Removes a virtual machine; gives it as it was, its disk only where that was kept.</summary>
    public static readonly Method<RemoveVM, VM> RemoveVM = new("vm.remove", Change, Protocol.RemoveVM.WireFormat, VM.WireFormat);

    /// <summary>Restarts a virtual machine.</summary>
    public static readonly Method<RestartVM, VM> RestartVM = new("vm.restart", Change, Protocol.RestartVM.WireFormat, VM.WireFormat);

    /// <summary>Lets a virtual machine stand still.</summary>
    public static readonly Method<SuspendVM, VM> SuspendVM = new("vm.suspend", Change, Protocol.SuspendVM.WireFormat, VM.WireFormat);

    /// <summary>Lets a suspended virtual machine go on.</summary>
    public static readonly Method<ResumeVM, VM> ResumeVM = new("vm.resume", Change, Protocol.ResumeVM.WireFormat, VM.WireFormat);

    /// <summary>Writes a virtual machine's memory to the disk and ends it.</summary>
    public static readonly Method<SaveVM, VM> SaveVM = new("vm.save", Change, Protocol.SaveVM.WireFormat, VM.WireFormat);

    /// <summary>Forgets what SaveVM has written.</summary>
    public static readonly Method<RemoveVMSavedState, VM> RemoveVMSavedState = new("vm.forgetsaved", Change, Protocol.RemoveVMSavedState.WireFormat, VM.WireFormat);

    /// <summary>Renames a virtual machine.</summary>
    public static readonly Method<RenameVM, VM> RenameVM = new("vm.rename", Change, Protocol.RenameVM.WireFormat, VM.WireFormat);

    /// <summary>Changes a virtual machine.</summary>
    public static readonly Method<SetVM, VM> SetVM = new("vm.set", Change, Protocol.SetVM.WireFormat, VM.WireFormat);

    /// <summary>Finds drives.</summary>
    public static readonly Method<GetVMDrive, VMDriveList> GetVMDrive = new("vmdrive.get", Query, Protocol.GetVMDrive.WireFormat, VMDriveList.WireFormat);

    /// <summary>Adds a drive.</summary>
    public static readonly Method<AddVMDrive, VMDrive> AddVMDrive = new("vmdrive.add", Change, Protocol.AddVMDrive.WireFormat, VMDrive.WireFormat);

    /// <summary>Changes a drive.</summary>
    public static readonly Method<SetVMDrive, VMDrive> SetVMDrive = new("vmdrive.set", Change, Protocol.SetVMDrive.WireFormat, VMDrive.WireFormat);

    /// <summary>Removes a drive.</summary>
    public static readonly Method<RemoveVMDrive, VMDrive> RemoveVMDrive = new("vmdrive.remove", Change, Protocol.RemoveVMDrive.WireFormat, VMDrive.WireFormat);

    /// <summary>Finds network adapters.</summary>
    public static readonly Method<GetVMNetworkAdapter, VMNetworkAdapterList> GetVMNetworkAdapter = new("vmnetworkadapter.get", Query, Protocol.GetVMNetworkAdapter.WireFormat, VMNetworkAdapterList.WireFormat);

    /// <summary>Adds a network adapter.</summary>
    public static readonly Method<AddVMNetworkAdapter, VMNetworkAdapter> AddVMNetworkAdapter = new("vmnetworkadapter.add", Change, Protocol.AddVMNetworkAdapter.WireFormat, VMNetworkAdapter.WireFormat);

    /// <summary>Changes a network adapter.</summary>
    public static readonly Method<SetVMNetworkAdapter, VMNetworkAdapter> SetVMNetworkAdapter = new("vmnetworkadapter.set", Change, Protocol.SetVMNetworkAdapter.WireFormat, VMNetworkAdapter.WireFormat);

    /// <summary>Removes a network adapter.</summary>
    public static readonly Method<RemoveVMNetworkAdapter, VMNetworkAdapter> RemoveVMNetworkAdapter = new("vmnetworkadapter.remove", Change, Protocol.RemoveVMNetworkAdapter.WireFormat, VMNetworkAdapter.WireFormat);

    /// <summary>Finds the processors of machines.</summary>
    public static readonly Method<GetVMProcessor, VMProcessorList> GetVMProcessor = new("vmprocessor.get", Query, Protocol.GetVMProcessor.WireFormat, VMProcessorList.WireFormat);

    /// <summary>Changes the processors of a machine.</summary>
    public static readonly Method<SetVMProcessor, VMProcessor> SetVMProcessor = new("vmprocessor.set", Change, Protocol.SetVMProcessor.WireFormat, VMProcessor.WireFormat);

    /// <summary>Finds the memory of machines.</summary>
    public static readonly Method<GetVMMemory, VMMemoryList> GetVMMemory = new("vmmemory.get", Query, Protocol.GetVMMemory.WireFormat, VMMemoryList.WireFormat);

    /// <summary>Changes the memory of a machine.</summary>
    public static readonly Method<SetVMMemory, VMMemory> SetVMMemory = new("vmmemory.set", Change, Protocol.SetVMMemory.WireFormat, VMMemory.WireFormat);

    /// <summary>Finds the firmware of machines.</summary>
    public static readonly Method<GetVMFirmware, VMFirmwareList> GetVMFirmware = new("vmfirmware.get", Query, Protocol.GetVMFirmware.WireFormat, VMFirmwareList.WireFormat);

    /// <summary>Changes the firmware of a machine.</summary>
    public static readonly Method<SetVMFirmware, VMFirmware> SetVMFirmware = new("vmfirmware.set", Change, Protocol.SetVMFirmware.WireFormat, VMFirmware.WireFormat);

    /// <summary>Waits until a virtual machine has come to a condition.</summary>
    public static readonly Method<WaitVM, VM> WaitVM = new("vm.wait", Query, Protocol.WaitVM.WireFormat, VM.WireFormat);

    /// <summary>Runs a command in a guest.</summary>
    public static readonly Method<InvokeVMCommand, CommandExit> InvokeVMCommand = new("vm.invoke", Query, Protocol.InvokeVMCommand.WireFormat, CommandExit.WireFormat);

    /// <summary>Makes a checkpoint of a virtual machine.</summary>
    public static readonly Method<CheckpointVM, VMCheckpoint> CheckpointVM = new("vm.checkpoint", Change, Protocol.CheckpointVM.WireFormat, VMCheckpoint.WireFormat);

    /// <summary>Makes virtual machines of what another one is and has on its disk.</summary>
    public static readonly Method<CopyVM, VMList> CopyVM = new("vm.copy", Change, Protocol.CopyVM.WireFormat, VMList.WireFormat);

    /// <summary>Writes a virtual machine into a folder.</summary>
    public static readonly Method<ExportVM, VM> ExportVM = new("vm.export", Change, Protocol.ExportVM.WireFormat, VM.WireFormat);

    /// <summary>Makes a virtual machine of such a folder.</summary>
    public static readonly Method<ImportVM, VM> ImportVM = new("vm.import", Change, Protocol.ImportVM.WireFormat, VM.WireFormat);

    /// <summary>Checkpoints by machine and by name, id or pattern.</summary>
    public static readonly Method<GetVMCheckpoint, VMCheckpointList> GetVMCheckpoint = new("vmcheckpoint.get", Query, Protocol.GetVMCheckpoint.WireFormat, VMCheckpointList.WireFormat);

    /// <summary>Brings a virtual machine back to a checkpoint; what has happened since is lost.</summary>
    public static readonly Method<RestoreVMCheckpoint, VM> RestoreVMCheckpoint = new("vmcheckpoint.restore", Change, Protocol.RestoreVMCheckpoint.WireFormat, VM.WireFormat);

    /// <summary>Renames a checkpoint.</summary>
    public static readonly Method<RenameVMCheckpoint, VMCheckpoint> RenameVMCheckpoint = new("vmcheckpoint.rename", Change, Protocol.RenameVMCheckpoint.WireFormat, VMCheckpoint.WireFormat);

    /// <summary>Writes a machine as it was at a checkpoint into a folder.</summary>
    public static readonly Method<ExportVMCheckpoint, VMCheckpoint> ExportVMCheckpoint = new("vmcheckpoint.export", Change, Protocol.ExportVMCheckpoint.WireFormat, VMCheckpoint.WireFormat);

    /// <summary>Removes a checkpoint; gives it as it was.</summary>
    public static readonly Method<RemoveVMCheckpoint, VMCheckpoint> RemoveVMCheckpoint = new("vmcheckpoint.remove", Change, Protocol.RemoveVMCheckpoint.WireFormat, VMCheckpoint.WireFormat);

    /// <summary>Copies a file out of a guest or into it.</summary>
    public static readonly Method<CopyVMFile, FilePart, Nothing> CopyVMFile = new("vm.copyfile", Query, Protocol.CopyVMFile.WireFormat, FilePart.WireFormat, Nothing.WireFormat);

    /// <summary>What a virtual machine uses.</summary>
    public static readonly Method<MeasureVM, VMMeasurement, Nothing> MeasureVM = new("vm.measure", Query, Protocol.MeasureVM.WireFormat, VMMeasurement.WireFormat, Nothing.WireFormat);

    /// <summary>What the guest of a virtual machine is.</summary>
    public static readonly Method<GetVMGuest, VMGuest> GetVMGuest = new("vm.guest", Query, Protocol.GetVMGuest.WireFormat, VMGuest.WireFormat);

    /// <summary>Shows a virtual machine's serial console.</summary>
    public static readonly Method<ConnectVMConsole, Nothing> ConnectVMConsole = new("vm.console", Query, Protocol.ConnectVMConsole.WireFormat, Nothing.WireFormat);

    /// <summary>Types at a virtual machine's serial console.</summary>
    public static readonly Method<TypeVMConsole, Nothing> TypeVMConsole = new("vm.type", Query, Protocol.TypeVMConsole.WireFormat, Nothing.WireFormat);

    /// <summary>What a virtual machine's serial console has shown last.</summary>
    public static readonly Method<GetVMConsole, VMConsoleText> GetVMConsole = new("vm.consoletext", Query, Protocol.GetVMConsole.WireFormat, VMConsoleText.WireFormat);

    /// <summary>A picture of a virtual machine's screen.</summary>
    public static readonly Method<GetVMScreenshot, VMScreenshot> GetVMScreenshot = new("vm.screenshot", Query, Protocol.GetVMScreenshot.WireFormat, VMScreenshot.WireFormat);

    /// <summary>Presses keys of a virtual machine's keyboard.</summary>
    public static readonly Method<SendVMKey, Nothing> SendVMKey = new("vm.key", Query, Protocol.SendVMKey.WireFormat, Nothing.WireFormat);

    /// <summary>Disk images by path.</summary>
    public static readonly Method<GetVHD, VHDList> GetVHD = new("vhd.get", Query, Protocol.GetVHD.WireFormat, VHDList.WireFormat);

    /// <summary>Makes a disk image.</summary>
    public static readonly Method<NewVHD, VHD> NewVHD = new("vhd.new", Change, Protocol.NewVHD.WireFormat, VHD.WireFormat);

    /// <summary>Looks whether a disk image is sound, and mends it.</summary>
    public static readonly Method<TestVHD, VHDTest> TestVHD = new("vhd.test", Change, Protocol.TestVHD.WireFormat, VHDTest.WireFormat);

    /// <summary>Makes a disk larger or smaller.</summary>
    public static readonly Method<ResizeVHD, VHD> ResizeVHD = new("vhd.resize", Change, Protocol.ResizeVHD.WireFormat, VHD.WireFormat);

    /// <summary>Makes a disk image of another one, in another format.</summary>
    public static readonly Method<ConvertVHD, VHD> ConvertVHD = new("vhd.convert", Change, Protocol.ConvertVHD.WireFormat, VHD.WireFormat);

    /// <summary>Gives back blocks of a disk image that hold nothing.</summary>
    public static readonly Method<OptimizeVHD, VHD> OptimizeVHD = new("vhd.optimize", Change, Protocol.OptimizeVHD.WireFormat, VHD.WireFormat);

    /// <summary>Writes a differencing disk into one below it.</summary>
    public static readonly Method<MergeVHD, VHD> MergeVHD = new("vhd.merge", Change, Protocol.MergeVHD.WireFormat, VHD.WireFormat);

    /// <summary>Plans a move of a virtual machine to another host.</summary>
    public static readonly Method<CompareVM, VMMovePlan> CompareVM = new("vm.compare", Query, Protocol.CompareVM.WireFormat, VMMovePlan.WireFormat);

    /// <summary>Moves a virtual machine to another host.</summary>
    public static readonly Method<MoveVM, VMMove> MoveVM = new("vm.move", Change, Protocol.MoveVM.WireFormat, VMMove.WireFormat);

    /// <summary>Moves the disk of a virtual machine to another folder of its host.</summary>
    public static readonly Method<MoveVMStorage, VM> MoveVMStorage = new("vm.movestorage", Change, Protocol.MoveVMStorage.WireFormat, VM.WireFormat);

    /// <summary>Containers by name, id or pattern.</summary>
    public static readonly Method<GetContainer, ContainerList> GetContainer = new("container.get", Query, Protocol.GetContainer.WireFormat, ContainerList.WireFormat);

    /// <summary>Makes a container.</summary>
    public static readonly Method<NewContainer, Container> NewContainer = new("container.new", Change, Protocol.NewContainer.WireFormat, Container.WireFormat);

    /// <summary>Starts a container; makes it first where the request says how.</summary>
    public static readonly Method<StartContainer, Container> StartContainer = new("container.start", Change, Protocol.StartContainer.WireFormat, Container.WireFormat);

    /// <summary>Stops a container.</summary>
    public static readonly Method<StopContainer, Container> StopContainer = new("container.stop", Change, Protocol.StopContainer.WireFormat, Container.WireFormat);

    /// <summary>Restarts a container.</summary>
    public static readonly Method<RestartContainer, Container> RestartContainer = new("container.restart", Change, Protocol.RestartContainer.WireFormat, Container.WireFormat);

    /// <summary>Lets a container stand still.</summary>
    public static readonly Method<SuspendContainer, Container> SuspendContainer = new("container.suspend", Change, Protocol.SuspendContainer.WireFormat, Container.WireFormat);

    /// <summary>Lets a suspended container go on.</summary>
    public static readonly Method<ResumeContainer, Container> ResumeContainer = new("container.resume", Change, Protocol.ResumeContainer.WireFormat, Container.WireFormat);

    /// <summary>Makes a container of what another one is and has written.</summary>
    public static readonly Method<CopyContainer, Container> CopyContainer = new("container.clone", Change, Protocol.CopyContainer.WireFormat, Container.WireFormat);

    /// <summary>Writes a container into an archive.</summary>
    public static readonly Method<ExportContainer, Container> ExportContainer = new("container.export", Change, Protocol.ExportContainer.WireFormat, Container.WireFormat);

    /// <summary>Makes a container of an archive.</summary>
    public static readonly Method<ImportContainer, Container> ImportContainer = new("container.import", Change, Protocol.ImportContainer.WireFormat, Container.WireFormat);

    /// <summary>Renames a container.</summary>
    public static readonly Method<RenameContainer, Container> RenameContainer = new("container.rename", Change, Protocol.RenameContainer.WireFormat, Container.WireFormat);

    /// <summary>Changes a container.</summary>
    public static readonly Method<SetContainer, Container> SetContainer = new("container.set", Change, Protocol.SetContainer.WireFormat, Container.WireFormat);

    /// <summary>Finds network adapters of containers.</summary>
    public static readonly Method<GetContainerNetworkAdapter, ContainerNetworkAdapterList> GetContainerNetworkAdapter = new("containernetworkadapter.get", Query, Protocol.GetContainerNetworkAdapter.WireFormat, ContainerNetworkAdapterList.WireFormat);

    /// <summary>Puts a container into one more network.</summary>
    public static readonly Method<AddContainerNetworkAdapter, ContainerNetworkAdapter> AddContainerNetworkAdapter = new("containernetworkadapter.add", Change, Protocol.AddContainerNetworkAdapter.WireFormat, ContainerNetworkAdapter.WireFormat);

    /// <summary>Takes a container out of one of its networks.</summary>
    public static readonly Method<RemoveContainerNetworkAdapter, ContainerNetworkAdapter> RemoveContainerNetworkAdapter = new("containernetworkadapter.remove", Change, Protocol.RemoveContainerNetworkAdapter.WireFormat, ContainerNetworkAdapter.WireFormat);

    /// <summary>Removes a container.</summary>
    public static readonly Method<RemoveContainer, Nothing> RemoveContainer = new("container.remove", Change, Protocol.RemoveContainer.WireFormat, Nothing.WireFormat);

    /// <summary>Waits until a container has come to a condition.</summary>
    public static readonly Method<WaitContainer, Container> WaitContainer = new("container.wait", Query, Protocol.WaitContainer.WireFormat, Container.WireFormat);

    /// <summary>Runs a command in a container.</summary>
    public static readonly Method<InvokeContainerCommand, CommandExit> InvokeContainerCommand = new("container.invoke", Query, Protocol.InvokeContainerCommand.WireFormat, CommandExit.WireFormat);

    /// <summary>Runs a command in a container at a terminal.</summary>
    public static readonly Method<EnterContainer, CommandExit> EnterContainer = new("container.enter", Query, Protocol.EnterContainer.WireFormat, CommandExit.WireFormat);

    /// <summary>Types at a container's terminal.</summary>
    public static readonly Method<TypeContainer, Nothing> TypeContainer = new("container.type", Query, Protocol.TypeContainer.WireFormat, Nothing.WireFormat);

    /// <summary>The processes of a container.</summary>
    public static readonly Method<GetContainerProcess, ContainerProcessList> GetContainerProcess = new("container.processes", Query, Protocol.GetContainerProcess.WireFormat, ContainerProcessList.WireFormat);

    /// <summary>What a container uses.</summary>
    public static readonly Method<MeasureContainer, ContainerMeasurement, Nothing> MeasureContainer = new("container.measure", Query, Protocol.MeasureContainer.WireFormat, ContainerMeasurement.WireFormat, Nothing.WireFormat);

    /// <summary>Copies files out of a container or into it.</summary>
    public static readonly Method<CopyContainerFile, FilePart, Nothing> CopyContainerFile = new("container.copy", Query, Protocol.CopyContainerFile.WireFormat, FilePart.WireFormat, Nothing.WireFormat);

    /// <summary>What a container has written.</summary>
    public static readonly Method<GetContainerLog, ContainerLogEntry, Nothing> GetContainerLog = new("container.log", Query, Protocol.GetContainerLog.WireFormat, ContainerLogEntry.WireFormat, Nothing.WireFormat);

    /// <summary>Which updates wait for workloads.</summary>
    public static readonly Method<GetPatchStatus, PatchStatusList> GetPatchStatus = new("patch.status", Query, Protocol.GetPatchStatus.WireFormat, PatchStatusList.WireFormat);

    /// <summary>Plans a patch run.</summary>
    public static readonly Method<NewPatchPlan, PatchPlanList> NewPatchPlan = new("patch.plan", Query, Protocol.NewPatchPlan.WireFormat, PatchPlanList.WireFormat);

    /// <summary>Patches workloads. Goes on, or puts back, after a restart of the agent.</summary>
    public static readonly Method<InvokePatch, PatchRun> InvokePatch = new("patch.invoke", Change, Protocol.InvokePatch.WireFormat, PatchRun.WireFormat);

    /// <summary>Takes back the last patch that was kept.</summary>
    public static readonly Method<UndoPatch, PatchRun> UndoPatch = new("patch.undo", Change, Protocol.UndoPatch.WireFormat, PatchRun.WireFormat);

    /// <summary>Patch runs, newest first.</summary>
    public static readonly Method<GetPatchHistory, PatchRunList> GetPatchHistory = new("patch.history", Query, Protocol.GetPatchHistory.WireFormat, PatchRunList.WireFormat);

    /// <summary>Makes a patch schedule.</summary>
    public static readonly Method<RegisterPatchSchedule, PatchSchedule> RegisterPatchSchedule = new("patchschedule.register", Change, Protocol.RegisterPatchSchedule.WireFormat, PatchSchedule.WireFormat);

    /// <summary>Patch schedules by name or pattern.</summary>
    public static readonly Method<GetPatchSchedule, PatchScheduleList> GetPatchSchedule = new("patchschedule.get", Query, Protocol.GetPatchSchedule.WireFormat, PatchScheduleList.WireFormat);

    /// <summary>Removes a patch schedule.</summary>
    public static readonly Method<UnregisterPatchSchedule, Nothing> UnregisterPatchSchedule = new("patchschedule.unregister", Change, Protocol.UnregisterPatchSchedule.WireFormat, Nothing.WireFormat);

    /// <summary>Networks by name, id or pattern.</summary>
    public static readonly Method<GetVirtNetwork, VirtNetworkList> GetVirtNetwork = new("network.get", Query, Protocol.GetVirtNetwork.WireFormat, VirtNetworkList.WireFormat);

    /// <summary>Makes a network.</summary>
    public static readonly Method<NewVirtNetwork, VirtNetwork> NewVirtNetwork = new("network.new", Change, Protocol.NewVirtNetwork.WireFormat, VirtNetwork.WireFormat);

    /// <summary>Changes a network.</summary>
    public static readonly Method<SetVirtNetwork, VirtNetwork> SetVirtNetwork = new("network.set", Change, Protocol.SetVirtNetwork.WireFormat, VirtNetwork.WireFormat);

    /// <summary>Removes a network.</summary>
    public static readonly Method<RemoveVirtNetwork, Nothing> RemoveVirtNetwork = new("network.remove", Change, Protocol.RemoveVirtNetwork.WireFormat, Nothing.WireFormat);

    /// <summary>Volumes by name, id or pattern.</summary>
    public static readonly Method<GetVirtVolume, VirtVolumeList> GetVirtVolume = new("volume.get", Query, Protocol.GetVirtVolume.WireFormat, VirtVolumeList.WireFormat);

    /// <summary>Makes an empty volume.</summary>
    public static readonly Method<NewVirtVolume, VirtVolume> NewVirtVolume = new("volume.new", Change, Protocol.NewVirtVolume.WireFormat, VirtVolume.WireFormat);

    /// <summary>Removes a volume, or a checkpoint of one.</summary>
    public static readonly Method<RemoveVirtVolume, Nothing> RemoveVirtVolume = new("volume.remove", Change, Protocol.RemoveVirtVolume.WireFormat, Nothing.WireFormat);

    /// <summary>Makes a volume of what another one holds.</summary>
    public static readonly Method<CopyVirtVolume, VirtVolume> CopyVirtVolume = new("volume.copy", Change, Protocol.CopyVirtVolume.WireFormat, VirtVolume.WireFormat);

    /// <summary>Keeps what a volume holds now.</summary>
    public static readonly Method<CheckpointVirtVolume, VirtVolume> CheckpointVirtVolume = new("volume.checkpoint", Change, Protocol.CheckpointVirtVolume.WireFormat, VirtVolume.WireFormat);

    /// <summary>Takes a volume back to a checkpoint.</summary>
    public static readonly Method<RestoreVirtVolume, VirtVolume> RestoreVirtVolume = new("volume.restore", Change, Protocol.RestoreVirtVolume.WireFormat, VirtVolume.WireFormat);

    /// <summary>Writes what a volume holds into an archive.</summary>
    public static readonly Method<ExportVirtVolume, VirtVolume> ExportVirtVolume = new("volume.export", Change, Protocol.ExportVirtVolume.WireFormat, VirtVolume.WireFormat);

    /// <summary>Makes a volume of what an archive holds.</summary>
    public static readonly Method<ImportVirtVolume, VirtVolume> ImportVirtVolume = new("volume.import", Change, Protocol.ImportVirtVolume.WireFormat, VirtVolume.WireFormat);

    /// <summary>Makes a one-time code with which another agent becomes a peer.</summary>
    public static readonly Method<NewVirtPeerCode, VirtPeerCode> NewVirtPeerCode = new("peer.code", Change, Protocol.NewVirtPeerCode.WireFormat, VirtPeerCode.WireFormat);

    /// <summary>Makes another agent a peer.</summary>
    public static readonly Method<AddVirtPeer, VirtPeer> AddVirtPeer = new("peer.add", Change, Protocol.AddVirtPeer.WireFormat, VirtPeer.WireFormat);

    /// <summary>Peers by name or pattern.</summary>
    public static readonly Method<GetVirtPeer, VirtPeerList> GetVirtPeer = new("peer.get", Query, Protocol.GetVirtPeer.WireFormat, VirtPeerList.WireFormat);

    /// <summary>Ends the trust in a peer.</summary>
    public static readonly Method<RemoveVirtPeer, Nothing> RemoveVirtPeer = new("peer.remove", Change, Protocol.RemoveVirtPeer.WireFormat, Nothing.WireFormat);

    /// <summary>Between agents: what a new peer says of itself.</summary>
    public static readonly Method<PeerIntroduction, VirtPeer> IntroducePeer = new("peer.introduce", Query, PeerIntroduction.WireFormat, VirtPeer.WireFormat);

    /// <summary>Between agents: asks the destination what stands in a move's way.</summary>
    public static readonly Method<CheckMove, MoveCheck> CheckMove = new("move.check", Query, Protocol.CheckMove.WireFormat, MoveCheck.WireFormat);

    /// <summary>Between agents: the destination makes everything ready to receive a machine.</summary>
    public static readonly Method<OfferMove, MoveAnswer> OfferMove = new("move.offer", Query, Protocol.OfferMove.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: answered, with an error, when the destination cannot go on; by it each side also notices that the other is gone.</summary>
    public static readonly Method<MoveCall, MoveAnswer> WatchMove = new("move.watch", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: answered when the destination has everything and has promised to follow the decision.</summary>
    public static readonly Method<MoveCall, MoveAnswer> PrepareMove = new("move.prepare", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: the machine is the destination's.</summary>
    public static readonly Method<MoveCall, MoveAnswer> CommitMove = new("move.commit", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: the source has forgotten the move; the destination may too, or throws away what it has received.</summary>
    public static readonly Method<MoveCall, MoveAnswer> FinishMove = new("move.finish", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);

    /// <summary>Between agents: how a move stands on the side that is asked.</summary>
    public static readonly Method<MoveCall, MoveAnswer> AskMove = new("move.ask", Query, MoveCall.WireFormat, MoveAnswer.WireFormat);

    /// <summary>What happens on the host.</summary>
    public static readonly Method<WatchVirtEvent, VirtEvent, Nothing> WatchVirtEvent = new("event.watch", Query, Protocol.WatchVirtEvent.WireFormat, VirtEvent.WireFormat, Nothing.WireFormat);
}
