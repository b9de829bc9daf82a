using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.Images;
using Virt.Agent.Vms.Qga;
using Virt.Agent.Vms.Qmp;
using Virt.Agent.Vms.Warm;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>How an image comes to a booted state: a guest of it comes up in a QEMU that is no machine of anybody, in a network that leads nowhere, comes to rest, loses its link, and its memory is written to a file.</summary>
public sealed partial class VmService
{
    private static readonly TimeSpan WarmTimeout = TimeSpan.FromMinutes(10);

    private async Task<WarmState> MakeWarmAsync(string name, StoredImage<VmImageManifest> image, VmSpec spec, WarmShape shape, Call call)
    {
        CheckSpaceForWarm(name, spec);
        var start = time.GetTimestamp();
        var id = Guid.NewGuid();
        await using var undo = new Rollback();
        var coming = warmStates.Begin(id);
        undo.Add("remove a booted state that came to nothing", () => FileTree.Delete(coming));
        var template = TemplateOf(spec, Path.Combine(coming, WarmStore.DiskName)) with { MacAddress = spec.Network is null ? null : MacAddress.Of(id) };

        // In no table, and nobody is told of it.
        var guest = new VmEntry(VmEntry.NewRow(id, WarmScripts.TemplateName, VMState.Creating, template, time.GetUtcNow()), new EventHub(time, 1));
        var (told, machine) = await BootWarmAsync(name, image, guest, coming, call).ConfigureAwait(false);
        await FaultPoint.ReachAsync(WarmFaults.Saved, call.Cancellation).ConfigureAwait(false);
        if (ShapeOf(images.FindVm(image.Name, $"Cannot create VM '{name}'"), spec) != shape)
        {
            throw new VirtException(ErrorCode.Conflict, "VMImageChanged", $"Cannot create VM '{name}': image '{image.Name}' has become another one while its booted state was made.", image.Name, $"New-VM -Name {name} -Image {image.Name} -Warm");
        }

        var state = await warmStates.CommitAsync(coming, new WarmState
        {
            Id = id,
            Shape = shape,
            Guest = told,
            MachineType = machine,
            MemoryFileBytes = new FileInfo(Path.Combine(coming, WarmStore.MemoryName)).Length,
            Created = time.GetUtcNow(),
        }).ConfigureAwait(false);
        undo.Commit();
        AgentLog.Info(FormattableString.Invariant($"Image '{image.Name}' has a booted state after {time.GetElapsedTime(start).TotalSeconds:0.0} s: {shape.Text}; {WarmStore.BytesOf(state) >> 20} MB"));
        return state;
    }

    // Gives what the guest has told of itself, and the machine type.
    private async Task<(WarmGuest Guest, string MachineType)> BootWarmAsync(string name, StoredImage<VmImageManifest> image, VmEntry guest, string coming, Call call)
    {
        var activity = $"Making the booted state of image '{image.Name}'";
        var folder = FolderOf(guest);
        await using var after = new Rollback();
        after.Add("remove the files of a guest whose state was kept", () => RemoveFolders(guest.Id));
        await MakeFilesOfTemplateAsync(name, image, guest, call).ConfigureAwait(false);
        call.Report(activity, "its guest comes up");
        var (process, session) = await LaunchHiddenAsync(name, guest, WarmFaults.Launched, after, call).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(WarmTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        try
        {
            await session.ContinueAsync(either.Token).ConfigureAwait(false);
            await AwaitGuestAgentAsync(guest, process, session, () => Cold(ErrorCode.Unavailable, name, image, "its guest ended before its guest agent answered", null), either.Token).ConfigureAwait(false);
            call.Report(activity, "its guest comes to rest");
            if (guest.Spec.Network is not null)
            {
                // The link is down in what is saved. What was behind it has a state of its own, which no other network could read.
                await session.SetLinkAsync(AdapterDevice.First, isUp: false, either.Token).ConfigureAwait(false);
                await session.RemoveBackendAsync(AdapterDevice.BackendOf(AdapterDevice.First), either.Token).ConfigureAwait(false);
            }

            var result = await session.GuestAgent.RunAsync([ShellPath, "-c", WarmScripts.Rest(HostOf(guest.Spec).Architecture, guest.Spec.Network is not null)], new Dictionary<string, string>(), null, either.Token).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw Cold(result.ExitCode is WarmScripts.NoReseed or WarmScripts.NoNetwork ? ErrorCode.NotSupported : ErrorCode.Unavailable, name, image, $"copies of its guest could not become others ({WhatItSaid(result)})", null);
            }

            await FaultPoint.ReachAsync(WarmFaults.Rested, call.Cancellation).ConfigureAwait(false);
            call.Report(activity, "writing its memory");
            var machine = await WriteWarmAsync(session, Path.Combine(coming, WarmStore.MemoryName), either.Token).ConfigureAwait(false);
            if (File.Exists(folder.NvramFile))
            {
                UefiVariables.Copy(folder.NvramFile, Path.Combine(coming, WarmStore.NvramName));
            }

            return (WarmGuest.Read(Encoding.UTF8.GetString(result.Output)), machine);
        }
        catch (OperationCanceledException e) when (!call.Cancellation.IsCancellationRequested)
        {
            throw Cold(ErrorCode.Timeout, name, image, FormattableString.Invariant($"its guest has not come to rest within {WarmTimeout.TotalMinutes:0} minutes"), e);
        }
        catch (QgaException e)
        {
            throw Refused("create", name, ShellPath, e);
        }
        catch (Exception e) when (e is TimeoutException or IOException or QmpException or QmpClosedException)
        {
            throw Cold(ErrorCode.Unavailable, name, image, VmErrors.Sentence(e.Message), e);
        }
    }

    private async Task MakeFilesOfTemplateAsync(string name, StoredImage<VmImageManifest> image, VmEntry guest, Call call)
    {
        Directory.CreateDirectory(FolderOf(guest).State, OwnerOnly);
        if (guest.Spec.Generation == 2 && image.Manifest.Nvram is { } own)
        {
            UefiVariables.Copy(image.PathOf(own), FolderOf(guest).NvramFile);
        }

        if (guest.Spec.Disk is { } disk)
        {
            await MakeDiskAsync(name, disk, call.Cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<string> WriteWarmAsync(VmSession session, string path, CancellationToken cancellation)
    {
        using var watch = new MigrationWatch(session);
        using var memory = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        File.SetUnixFileMode(memory, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var machine = await session.ReadMachineTypeAsync(cancellation).ConfigureAwait(false);
        await session.HoldAsync(cancellation).ConfigureAwait(false);
        await session.GiveAsync(MemoryDescriptor, memory, cancellation).ConfigureAwait(false);
        await session.PrepareToSendAsync(isPausing: false, cancellation).ConfigureAwait(false);
        await session.SendAsync(MemoryDescriptor, cancellation).ConfigureAwait(false);
        await watch.WhenAsync(static w => w.Status is "completed" or "failed" or "cancelled", cancellation).ConfigureAwait(false);
        return watch.Status == "completed" ? machine : throw new IOException("its memory could not be written");
    }

    private void CheckSpaceForWarm(string name, VmSpec spec)
    {
        var needed = spec.MemoryBytes + SpaceReserve;
        if (FreeBytes(warmStates.Root) is var free && free < needed)
        {
            throw new VirtException(
                ErrorCode.ResourceExhausted,
                "NoSpaceForWarmState",
                FormattableString.Invariant($"Cannot create VM '{name}': '{warmStates.Root}' has {free >> 20} MiB free; {needed >> 20} MiB are required for the booted state of its image."),
                name,
                "df -h");
        }
    }

    private static VirtException Cold(ErrorCode code, string name, StoredImage<VmImageManifest> image, string why, Exception? cause) =>
        new(code, "ImageNotWarm", $"Cannot create VM '{name}': image '{image.Name}' could not be brought to a booted state: {why}.", name, $"New-VM -Name {name} -Image {image.Name}, without -Warm", cause);
}
