using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.Images;
using Virt.Agent.Images.VmImages;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Install;
using Virt.Agent.Vms.Qmp;
using Virt.Agent.Vms.Seeds;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// New-VMImage -IsoPath: an installer comes up in a QEMU that is no machine of anybody, with an empty disk in a folder that is no image yet, and its answer file where it looks for one. When it has powered off, the folder gets its name.
/// </summary>
public sealed partial class VmService
{
    // Of qcow2, within the disk's own file.
    private const string BeforeSeal = "installed";

    private static readonly TimeSpan InstallReportPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SealAfterInstallTimeout = TimeSpan.FromMinutes(5);

    /// <summary>Makes an image of what an installer puts on an empty disk.</summary>
    /// <returns>The image's name.</returns>
    /// <exception cref="VirtException">InvalidArgument; NotFound; AlreadyExists; NotSupported; ResourceExhausted; Unavailable or Timeout (the installer).</exception>
    public async Task<string> InstallImageAsync(InstallVMImage request, VmImageStore store, Call call)
    {
        var name = request.Name;
        store.CheckFree(InstallErrors.Verb, name);
        InstallCheck.Check(request, facts.MemoryBytes, Host.Architecture);
        var answer = AnswerFile.Of(name, request.AnswerFileName, request.AnswerFile);
        call.WorksOn(name);
        using var iso = OpenIso(name, request.IsoPath);
        var kernel = FindKernel(request, iso, answer.Kind);
        if (request.DriverIsoPath is { } drivers)
        {
            OpenIso(name, drivers).Dispose();
        }

        if (call.WhatIf)
        {
            Join(Guid.NewGuid(), new NewVM { Name = HostNameOf(request) }, InstallSpec.Of(request, answer, Guid.NewGuid(), "", "", Host.Architecture), whatIf: true);
            return name;
        }

        using var arrival = store.Begin(name);
        await using var after = new Rollback();
        var guest = await PlanInstallAsync(request, answer, arrival, after, call).ConfigureAwait(false);
        await RunInstallerAsync(request, answer, iso, kernel, guest, arrival, call).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmImageFaults.Installed, call.Cancellation).ConfigureAwait(false);
        var manifest = new VmImageManifest
        {
            Description = request.Description,
            Architecture = facts.Architecture,
            CloudInit = answer.Kind == AnswerKind.CloudInit,
            Source = $"ISO '{Path.GetFileName(request.IsoPath)}'",
            Added = time.GetUtcNow(),
            Disk = VmImageStore.DiskName,
            Nvram = File.Exists(Path.Combine(arrival.Folder, VmImageStore.NvramName)) ? VmImageStore.NvramName : null,
        };
        manifest = request.NoSeal ? manifest : await TrySealAsync(guest, manifest, arrival, call).ConfigureAwait(false);
        await CheckNewImageAsync(guest, arrival, count: 1, call).ConfigureAwait(false);
        await arrival.CommitAsync(InstallErrors.Verb, manifest).ConfigureAwait(false);
        return name;
    }

    // An image's name can have a slash.
    private static string HostNameOf(InstallVMImage request) => SeedCheck.HostNameOf(request.Name.Replace('/', '-'));

    private InstallerKernel? FindKernel(InstallVMImage request, IsoReader iso, AnswerKind answer)
    {
        try
        {
            return InstallerKernel.Find(request.Name, iso, answer, request.KernelParameters, Host.Architecture);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw InstallErrors.Iso(request.Name, request.IsoPath, e);
        }
    }

    private static IsoReader OpenIso(string name, string path)
    {
        try
        {
            return IsoReader.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw InstallErrors.Iso(name, path, e);
        }
    }

    // In no table, and nobody is told of it.
    private async Task<VmEntry> PlanInstallAsync(InstallVMImage request, AnswerFile answer, VmImageArrival arrival, Rollback after, Call call)
    {
        var spec = InstallSpec.Of(request, answer, arrival.Id, arrival.Disk, VmFolder.Of(paths, arrival.Id).AnswerFile, Host.Architecture);
        spec = Join(arrival.Id, new NewVM { Name = HostNameOf(request) }, spec, whatIf: false);
        var guest = new VmEntry(VmEntry.NewRow(arrival.Id, request.Name, VMState.Creating, spec, time.GetUtcNow()), new EventHub(time, 1));
        after.Add("take an installer out of its network", () => Leave(guest));
        await MakeDiskAsync(InstallErrors.Verb, request.Name, spec.Disk!, call.Cancellation).ConfigureAwait(false);
        return guest;
    }

    private async Task RunInstallerAsync(InstallVMImage request, AnswerFile answer, IsoReader iso, InstallerKernel? installer, VmEntry guest, VmImageArrival arrival, Call call)
    {
        var name = request.Name;
        var activity = $"Making VM image '{name}'";
        var folder = FolderOf(guest);
        await using var after = new Rollback();
        after.Add("remove the files of an installer", () => RemoveFolders(guest.Id));
        Directory.CreateDirectory(folder.State, OwnerOnly);
        if (answer.Disk() is { } disk)
        {
            await File.WriteAllBytesAsync(folder.AnswerFile, disk, call.Cancellation).ConfigureAwait(false);
        }

        var kernel = installer is null ? null : await Task.Run(() => WriteKernel(request, answer, iso, installer, folder)).ConfigureAwait(false);
        call.Report(activity, "its installer comes up");
        var (process, session) = await LaunchHiddenAsync(name, guest, VmImageFaults.Installing, after, call, kernel).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(request.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        var (lastLine, empty) = ("", new FileInfo(arrival.Disk).Length);
        using var heard = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
        var pressing = Task.CompletedTask;
        try
        {
            if (kernel is not null)
            {
                // It would be started again, and not what it has installed.
                await session.EndAtResetAsync(either.Token).ConfigureAwait(false);
            }

            await session.ContinueAsync(either.Token).ConfigureAwait(false);
            pressing = PressAnyKeyAsync(answer.Kind, session, heard.Token);
            while (!process.Ended.IsCompleted)
            {
                var changed = guest.Changed;
                if (session is { Status.Length: > 0 } or { HasPanicked: true })
                {
                    throw InstallErrors.Failed(name, session.HasPanicked ? ErrorCode.Unavailable : ErrorCode.ResourceExhausted, $"the installer stands still: {VmErrors.Sentence(session.Status)}", lastLine, "df -h");
                }

                await Task.WhenAny(changed, process.Ended, Task.Delay(InstallReportPause, time, either.Token)).ConfigureAwait(false);
                either.Token.ThrowIfCancellationRequested();
                lastLine = LastLineOf(process) is { Length: > 0 } line ? line : lastLine;
                call.Report(activity, FormattableString.Invariant($"{ByteText.Of(new FileInfo(arrival.Disk).Length >> 20 << 20)} installed{(lastLine.Length > 0 ? ": " : "")}{lastLine}"));
            }
        }
        catch (OperationCanceledException e) when (!call.Cancellation.IsCancellationRequested)
        {
            throw InstallErrors.Failed(
                name,
                ErrorCode.Timeout,
                FormattableString.Invariant($"the installer has not powered off within {request.Timeout.TotalSeconds:0} s; its answer file must tell it to, or it waits for somebody to answer"),
                lastLine,
                $"New-VMImage {name} -IsoPath '{request.IsoPath}' -TimeoutSeconds {2 * (long)request.Timeout.TotalSeconds:0}",
                e);
        }
        catch (Exception e) when (e is QmpException or QmpClosedException)
        {
            throw InstallErrors.Failed(name, ErrorCode.Unavailable, $"QEMU has ended, or does not obey ({VmErrors.Sentence(e.Message)})", lastLine, "Test-VirtHost", e);
        }
        finally
        {
            await heard.CancelAsync().ConfigureAwait(false);
            await pressing.ConfigureAwait(false);
        }

        var status = await process.Ended.ConfigureAwait(false);
        if (status.ExitCode is not (0 or null))
        {
            throw InstallErrors.Failed(name, ErrorCode.Unavailable, $"QEMU has ended before the installer had ({VmErrors.Sentence(LastErrorLine(guest))})", lastLine, "Test-VirtHost");
        }

        if (new FileInfo(arrival.Disk).Length <= empty)
        {
            throw InstallErrors.Failed(name, ErrorCode.Unavailable, "the installer has powered off and has written nothing to the disk", lastLine, $"New-VM {name.Replace('/', '-')} -NewVHDSizeBytes 20GB; Add-VMDvdDrive {name.Replace('/', '-')} '{request.IsoPath}', to see it");
        }

        if (File.Exists(folder.NvramFile))
        {
            UefiVariables.Copy(folder.NvramFile, Path.Combine(arrival.Folder, VmImageStore.NvramName));
        }
    }

    private QemuBoot WriteKernel(InstallVMImage request, AnswerFile answer, IsoReader iso, InstallerKernel installer, VmFolder folder)
    {
        var boot = new QemuBoot(Path.Combine(folder.State, "kernel"), null, Path.Combine(folder.State, "initrd"), installer.CommandLine) { HasVariables = true };
        try
        {
            installer.Write(iso, answer, boot.Kernel, boot.Initrd!);
            return boot;
        }
        catch (InvalidDataException e)
        {
            throw InstallErrors.Iso(request.Name, request.IsoPath, e);
        }
        catch (IOException e)
        {
            throw InstallErrors.Failed(request.Name, ErrorCode.ResourceExhausted, $"the installer's kernel could not be copied ({VmErrors.Sentence(e.Message)})", "", "df -h", e);
        }
    }

    private static string LastLineOf(VmProcess process)
    {
        using var console = VmConsole.Open(process);
        return console?.LastLine() ?? "";
    }

    // Hours of an installation are not thrown away because what it has made has no guest agent.
    private async Task<VmImageManifest> TrySealAsync(VmEntry guest, VmImageManifest manifest, VmImageArrival arrival, Call call)
    {
        try
        {
            return await SealOrGoBackAsync(guest, manifest, arrival, call).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(InstallErrors.Verb, guest.Name, e);
        }
    }

    private async Task<VmImageManifest> SealOrGoBackAsync(VmEntry guest, VmImageManifest manifest, VmImageArrival arrival, Call call)
    {
        await disks.TakeSnapshotAsync(arrival.Disk, BeforeSeal, call.Cancellation).ConfigureAwait(false);
        try
        {
            var done = await SealAsync(guest, arrival, SealAfterInstallTimeout, call).ConfigureAwait(false);
            await FaultPoint.ReachAsync(VmImageFaults.Sealed, call.Cancellation).ConfigureAwait(false);
            manifest = manifest with { Sealed = [.. done], GuestAgent = true, CloudInit = manifest.CloudInit || done.Contains(SealScript.CloudInit) };
        }
        catch (VirtException e) when (e.Code is not (ErrorCode.Cancelled or ErrorCode.Internal))
        {
            // It has come up, and perhaps half forgotten.
            await disks.GoBackToSnapshotAsync(arrival.Disk, BeforeSeal, call.Cancellation).ConfigureAwait(false);
            AgentLog.Warning($"VM image '{arrival.Name}' is as its installer has left it: {e.Message}");
            manifest = manifest with { SealProblem = e.Message };
        }

        await disks.ForgetSnapshotAsync(arrival.Disk, BeforeSeal, call.Cancellation).ConfigureAwait(false);
        return manifest;
    }
}
