using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Hosts;
using Virt.Linux.Mounts;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;

namespace Virt.Agent.Vms;

/// <summary>
/// What a QEMU, or its swtpm, sees of its host: the programs of /usr, which nobody can write there, three devices and /dev/kvm, itself in /proc, and no link of the network. No file of a machine is there, not even of
/// its own: those it is given as descriptors. A swtpm sees the folder of its one TPM's state. A guest that has broken out into its QEMU finds nothing of another's (docs/security.md).
/// </summary>
internal sealed class QemuJail : IDisposable
{
    private const MountAttributes Inert = MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExecute;
    private const string Kvm = "/dev/kvm";

    private static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/urandom", Kvm];

    private readonly List<SafeFileHandle> mounts = [];
    private readonly List<RootStep> steps = [];

    private QemuJail(string program, bool hasHostNetwork, string? tpmFolder = null)
    {
        HasHostNetwork = hasHostNetwork;
        steps.AddRange(ProgramView.Of(program, Keep));
        AddDevices(hasKvm: tpmFolder is null);
        // Ids alone: nothing there speaks of the host.
        steps.Add(RootStep.Folder("/proc", 0x16D /* 0555 */));
        steps.Add(RootStep.Mount("/proc", "proc", Inert, "subset=pid"));
        if (hasHostNetwork && File.Exists("/etc/resolv.conf"))
        {
            steps.AddRange(ProgramView.OneFile("/etc/resolv.conf"));
        }

        if (tpmFolder is not null)
        {
            steps.Add(RootStep.Volume(VmTpm.Folder, Keep(DetachedMount.Copy(tpmFolder, Inert))));
        }

        steps.Add(RootStep.SetAttributes("/", MountAttributes.ReadOnly | Inert));
    }

    /// <summary>It is in the host's network, which QEMU's own NAT needs.</summary>
    public bool HasHostNetwork { get; }

    /// <summary>Makes one.</summary>
    /// <param name="program">QEMU itself.</param>
    /// <param name="spec">The machine.</param>
    /// <exception cref="Virt.Linux.LinuxException">The host does not let us mount.</exception>
    public static QemuJail Make(string program, VmSpec spec) =>
        new(program, spec.Network == NewVMCheck.UserNetwork || spec.Adapters.Any(static adapter => adapter.Network == NewVMCheck.UserNetwork));

    /// <summary>Makes one for a swtpm.</summary>
    /// <param name="program">swtpm itself.</param>
    /// <param name="folder">Its TPM's state, which it sees as <see cref="VmTpm.Folder"/>.</param>
    /// <exception cref="Virt.Linux.LinuxException">The host does not let us mount.</exception>
    public static QemuJail MakeForTpm(string program, string folder) => new(program, hasHostNetwork: false, folder);

    /// <summary>Whether a process is in this one's network.</summary>
    public static bool IsInHostNetwork(int processId) => LinkOf(FormattableString.Invariant($"{processId}")) == LinkOf("self");

    /// <summary>Lets a launch take place in it; it must stay open until then.</summary>
    public LaunchSpec Confine(LaunchSpec launch) => launch with
    {
        Namespaces = NamespaceKinds.Mount | NamespaceKinds.Pid | NamespaceKinds.Ipc | (HasHostNetwork ? NamespaceKinds.None : NamespaceKinds.Network),
        Root = Keep(DetachedMount.Make("tmpfs", MountAttributes.NoSuid)),
        RootSteps = steps,
    };

    /// <inheritdoc/>
    public void Dispose() => mounts.ForEach(static mount => mount.Dispose());

    private static string? LinkOf(string process) => new FileInfo($"/proc/{process}/ns/net").LinkTarget;

    private void AddDevices(bool hasKvm)
    {
        steps.Add(RootStep.Folder("/dev", 0x1ED /* 0755 */));
        foreach (var device in Devices.Where(device => File.Exists(device) && (hasKvm || device != Kvm)))
        {
            steps.Add(RootStep.HostDevice(device, device));
        }
    }

    private SafeFileHandle Keep(SafeFileHandle mount)
    {
        mounts.Add(mount);
        return mount;
    }
}
