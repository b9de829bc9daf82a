using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace Virt.Agent.Hosts;

/// <summary>What a host needs for containers in virtual machines of their own (docs/isolation.md); null: it is not there.</summary>
/// <param name="Qemu">QEMU.</param>
/// <param name="FileServer">virtiofsd, which shows a container's root to its machine.</param>
/// <param name="Kernel">The machine's kernel.</param>
/// <param name="Modules">The modules that it needs, as an archive that is the beginning of its first file system.</param>
/// <param name="Bios">A small BIOS that starts such a kernel at once; null on arm64, and where QEMU's own has to do.</param>
public sealed record MachineParts(string? Qemu, string? FileServer, string? Kernel, string? Modules, string? Bios)
{
    // Debian and Ubuntu by their releases; it is on no PATH.
    private static readonly string[] FileServers = ["usr/libexec/virtiofsd", "usr/lib/qemu/virtiofsd", "usr/bin/virtiofsd"];

    /// <summary>Looks for them.</summary>
    /// <param name="root">The root of /usr; <c>/</c> but in tests.</param>
    /// <param name="qemu">The program, as <see cref="Programs.Find"/> has found it.</param>
    /// <param name="architecture">The host's.</param>
    /// <param name="images">Folders of images, in the order they are looked at.</param>
    public static MachineParts Find(string root, string? qemu, Architecture architecture, IReadOnlyList<string> images)
    {
        var folder = images.Select(static images => Path.Combine(images, "machine")).FirstOrDefault(static folder => File.Exists(Path.Combine(folder, "kernel")) && File.Exists(Path.Combine(folder, "modules.cpio")));
        var bios = Path.Combine(root, "usr/share/qemu/qboot.rom");
        return new MachineParts(
            qemu,
            FileServers.Select(path => Path.Combine(root, path)).FirstOrDefault(File.Exists),
            folder is null ? null : Path.Combine(folder, "kernel"),
            folder is null ? null : Path.Combine(folder, "modules.cpio"),
            architecture == Architecture.X64 && File.Exists(bios) ? bios : null);
    }

    /// <summary>The first that is missing: as an error's id, as the end of a sentence, and what to type; null: all are there.</summary>
    public (string Id, string Cause, string Action)? Missing => this switch
    {
        { Qemu: null } => ("QemuMissing", $"{QemuVersion.Program} is not installed", "sudo apt-get install " + (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "qemu-system-arm" : "qemu-system-x86")),
        { FileServer: null } => ("FileServerMissing", "virtiofsd is not installed", "sudo apt-get install virtiofsd"),
        { Kernel: null } or { Modules: null } => ("MachineKernelMissing", "no folder of images has a kernel for it", "build/build.sh images"),
        _ => null,
    };
}
