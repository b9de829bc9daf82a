using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Hosts;
using Virt.Linux.Devices;
using Virt.Linux.Mounts;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers.Machine;

/// <summary>
/// The root of the processes that stand for a container in a virtual machine of its own: the container's, as of any container, and hidden in its /dev what QEMU and the file server see of the host.
/// What the machine sees of it is held before /proc, /dev and that view are mounted, and so has none of them.
/// </summary>
internal static class MachineRoot
{
    /// <summary>Where the view is. The machine has a /dev of its own.</summary>
    public const string View = "/dev/machine";

    /// <summary>The container's root, with its volumes, in that view.</summary>
    public const string Shared = "/root";

    /// <summary>The kernel in that view.</summary>
    public const string Kernel = "/kernel";

    private const string Modules = "/modules", Kvm = "/dev/kvm";
    private const MountAttributes Inert = MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExecute;

    private static readonly string[] KernelFolders = ["/proc", "/sys", "/dev"];
    private static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/urandom"];

    /// <summary>Which devices beside those of every container its processes may open, as in devices.allow.</summary>
    /// <param name="accelerator"><c>kvm</c> or <c>tcg</c>.</param>
    public static IEnumerable<string> DeviceRules(string accelerator) => accelerator == "kvm" && DeviceNode.Read(Kvm) is { } kvm ? [kvm.Rule("rw")] : [];

    /// <summary>The steps in their order.</summary>
    /// <param name="usual">The steps that every container has (<see cref="Rootfs.Plan"/>).</param>
    /// <param name="isReadOnly">Its root cannot be written.</param>
    /// <param name="parts">What the machine takes.</param>
    /// <param name="accelerator"><c>kvm</c> or <c>tcg</c>.</param>
    /// <param name="hostIds">The first of the host's ids that its ids are.</param>
    /// <param name="keep">Takes each mount that is made; it must stay open until the launch.</param>
    /// <exception cref="Virt.Linux.LinuxException">The host does not let us mount.</exception>
    public static List<RootStep> Plan(IReadOnlyList<RootStep> usual, bool isReadOnly, MachineParts parts, string accelerator, uint hostIds, Func<SafeFileHandle, SafeFileHandle> keep)
    {
        // The first that is mounted over the container's own files: what comes before it, and the volumes, the machine sees.
        var own = usual.Where(IsOfContainer).ToList();
        var rest = usual.Where(step => !IsOfContainer(step)).ToList();
        var steps = new List<RootStep>(own) { RootStep.Folder("/sys", 0x16D /* 0555 */), RootStep.Folder("/dev", 0x1ED /* 0755 */), RootStep.Folder("/proc", 0x16D), RootStep.Take("/") };
        steps.AddRange(rest);
        steps.Add(RootStep.Folder(View, 0x1ED));
        steps.Add(RootStep.Mount(View, "tmpfs", MountAttributes.NoSuid | MountAttributes.NoDevices, "mode=755", "size=1m"));
        steps.Add(RootStep.Folder(View + Shared, 0x1ED));
        steps.Add(RootStep.Give(View + Shared));
        if (isReadOnly)
        {
            steps.Add(RootStep.SetAttributes(View + Shared, MountAttributes.ReadOnly));
        }

        steps.AddRange(ProgramView.Of(parts.Qemu!, keep, View));
        foreach (var (place, file) in new[] { (Kernel, parts.Kernel!), (Modules, parts.Modules!) })
        {
            steps.Add(RootStep.HostDevice(View + place, keep(DetachedMount.Copy(RealPath(file), ProgramView.Fixed | MountAttributes.NoExecute))));
        }

        steps.Add(RootStep.Folder(View + "/proc", 0x16D));
        // QEMU opens what it was given by /proc/self/fd, and the file server reads a setting.
        steps.Add(RootStep.Mount(View + "/proc", "proc", Inert) with { Early = true });
        steps.AddRange(Rootfs.CoveredOfProc(View));
        steps.Add(RootStep.Folder(View + "/dev", 0x1ED));
        steps.AddRange(Devices.Select(static device => RootStep.HostDevice(View + device, device)));
        if (accelerator == "kvm" && DeviceNode.Read(Kvm) is { } kvm)
        {
            steps.Add(RootStep.HostDevice(View + Kvm, keep(DetachedMount.Devices([kvm], hostIds)[0])));
        }

        steps.Add(RootStep.SetAttributes(View, MountAttributes.ReadOnly));
        if (isReadOnly)
        {
            steps.Add(RootStep.SetAttributes("/", MountAttributes.ReadOnly));
        }

        return steps;
    }

    // The files that are written into it, its folders, its volumes: not what Linux has in every root.
    private static bool IsOfContainer(RootStep step) =>
        step.Kind is RootStepKind.Volume || (step.Kind is RootStepKind.File && step.Path.StartsWith("/etc/", StringComparison.Ordinal)) || (step.Kind is RootStepKind.Folder && !IsTheKernels(step.Path));

    private static bool IsTheKernels(string path) => KernelFolders.Any(folder => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal));

    private static string RealPath(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
}
