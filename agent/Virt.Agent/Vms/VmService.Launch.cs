using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Linux;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>How QEMU is started.</summary>
public sealed partial class VmService
{
    /// <summary>The user that QEMU runs as.</summary>
    private const string QemuUser = "virt-qemu";

    // nobody, where there is no user of its own.
    private static readonly (uint Uid, uint Gid) Nobody = (65534, 65534);

    // Looks at everything, writes nothing.
    private QemuPlan PlanStart(VmEntry entry, QemuIncoming? incoming = null, QemuBoot? boot = null)
    {
        // One that is started has from the beginning what has come to it in its last run.
        var spec = incoming is null ? entry.Spec.FromNextStart() : entry.Spec;
        var host = HostOf(spec);
        if (KernelOf("start", entry.Name, spec) is { Manifest.Boot: { } kernel } image)
        {
            boot = new QemuBoot(
                image.PathOf(kernel.Kernel),
                kernel.PvhKernel is null ? null : image.PathOf(kernel.PvhKernel),
                kernel.Initrd is null ? null : image.PathOf(kernel.Initrd),
                kernel.CommandLine.Replace("{name}", entry.Name, StringComparison.Ordinal));
        }

        if (Programs.Find(QemuVersion.ProgramOf(host.Architecture)) is null)
        {
            throw new VirtException(ErrorCode.NotSupported, "QemuMissing", $"Cannot start VM '{entry.Name}': {QemuVersion.ProgramOf(host.Architecture)} is not installed.", entry.Name, $"sudo apt-get install {MachineArchitecture.PackagesOf(CpuOf(spec))}");
        }

        if (spec.Generation == 2 && host.Firmware.CodeOf(spec.SecureBoot) is null)
        {
            throw new VirtException(ErrorCode.NotSupported, "UefiMissing", $"Cannot start VM '{entry.Name}': it is of generation 2, and no UEFI firmware for {CpuOf(spec)}{(spec.SecureBoot ? " with secure boot" : "")} is installed.", entry.Name, $"sudo apt-get install {(host.Architecture == Architecture.Arm64 ? "qemu-efi-aarch64" : "ovmf")}");
        }

        if (spec.FirmwarePath is { } rom)
        {
            FirmwareRom.Check("start", entry.Name, rom);
        }

        if (spec.HasTpm)
        {
            CheckSwtpm("start", entry.Name);
        }

        if (!VmStates.IsAlive(entry.State))
        {
            // What one that runs has is given back first.
            CheckHugePages("start", entry, spec.BackingPageSize, spec.AllMemory());
        }

        var folder = FolderOf(entry);
        if (spec.Generation == 2 && boot is null or { HasVariables: true } && !File.Exists(folder.NvramFile))
        {
            // Made without the firmware, or before it was there.
            Directory.CreateDirectory(folder.State, OwnerOnly);
            UefiVariables.Copy(host.Firmware.VariablesOf(spec.SecureBoot)!, folder.NvramFile);
        }

        return QemuArguments.Build(entry.SystemId, entry.Name, spec, folder, boot, host, incoming);
    }

    // Its cgroup is entered beside its own start: to be awaited before its guest goes on.
    private async Task<(VmProcess Process, Task Confined)> LaunchQemuAsync(VmEntry entry, QemuPlan plan, QemuFiles files)
    {
        var tpm = await LaunchTpmAsync(entry, files).ConfigureAwait(false);
        try
        {
            if (tpm is not null)
            {
                await FaultPoint.ReachAsync(VmFaults.TpmLaunched).ConfigureAwait(false);
            }

            var process = VmProcess.Of(await LaunchInJailAsync(entry, plan, files).ConfigureAwait(false), tpm);
            return (process, Task.Run(() => Confine(entry, process)));
        }
        catch when (tpm is not null)
        {
            await VmTpm.EndAsync(tpm, TimeSpan.Zero).ConfigureAwait(false);
            tpm.Dispose();
            throw;
        }
    }

    private void Confine(VmEntry entry, VmProcess process)
    {
        try
        {
            cgroups.Confine(entry.Id, process.Tpm is { } tpm ? [process.Identity.Id, tpm.ProcessId] : [process.Identity.Id], entry.Spec);
        }
        catch (LinuxException e) when (e.Errno == Errno.ESRCH || process.HasEnded)
        {
            // Whoever waits for its greeting is told why.
        }
        catch (LinuxException e)
        {
            throw new VirtException(ErrorCode.Unavailable, "ControlGroupUnavailable", $"Cannot start VM '{entry.Name}': the control group that limits its QEMU could not be made ({VmErrors.Sentence(e.Message)}).", entry.Name, "Test-VirtHost", e);
        }
    }

    private async Task<KeptProcess> LaunchInJailAsync(VmEntry entry, QemuPlan plan, QemuFiles files)
    {
        var (uid, gid) = UserNames.Find(QemuUser) ?? Nobody;
        var host = HostOf(entry.Spec);
        var program = Programs.Find(QemuVersion.ProgramOf(host.Architecture))!;
        try
        {
            using var jail = QemuJail.Make(program, entry.Spec);
            return await keeper.LaunchAsync(jail.Confine(new LaunchSpec
            {
                Id = entry.Id,
                Programs = [program],
                Arguments = plan.Arguments,
                UserId = uid,
                GroupId = gid,
                Groups = host.Accelerator == "kvm" && GroupNames.Find("kvm") is { } kvm ? [kvm] : [],
                Descriptors = files.Descriptors,
                Error = files.Error,
                ExitPath = FolderOf(entry).ExitFile,
                Limits = [new ResourceLimit(ResourceLimit.CoreSize, 0, 0)],
            })).ConfigureAwait(false);
        }
        catch (LaunchException e)
        {
            throw new VirtException(ErrorCode.Unavailable, "QemuLaunchFailed", $"Cannot start VM '{entry.Name}': QEMU could not be launched ({VmErrors.Sentence(e.Message)}).", entry.Name, "Test-VirtHost", e);
        }
        catch (LinuxException e)
        {
            throw new VirtException(ErrorCode.Unavailable, "KeeperUnavailable", $"Cannot start VM '{entry.Name}': the keeper cannot be reached ({VmErrors.Sentence(e.Message)}).", entry.Name, "Test-VirtHost", e);
        }
    }

    // QEMU's last words, without its name.
    private string LastErrorLine(VmEntry entry) => QemuWords.Last(LastErrors(entry));

    private string LastErrors(VmEntry entry)
    {
        var path = FolderOf(entry).ErrorFile;
        if (!File.Exists(path))
        {
            return "";
        }

        using var file = File.OpenRead(path);
        file.Seek(-Math.Min(4096, file.Length), SeekOrigin.End);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private void RemoveRunFolder(VmEntry entry)
    {
        cgroups.Remove(entry.Id);
        var folder = FolderOf(entry).Run;
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
