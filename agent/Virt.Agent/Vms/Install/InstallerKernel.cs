using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Protocol;

namespace Virt.Agent.Vms.Install;

/// <summary>
/// The kernel of an installer that is started directly, because it must be told something in its command line or find a file in its initramfs. Sources: Debian's installation guide, appendix B.2; Ubuntu's autoinstall documentation, zero-touch deployment.
/// </summary>
/// <param name="Kernel">Where it is in the ISO image.</param>
/// <param name="Initrd">Where its initramfs is.</param>
/// <param name="CommandLine">What it must be told.</param>
internal sealed record InstallerKernel(string Kernel, string Initrd, string CommandLine)
{
    private const string Debian = "auto=true priority=critical DEBIAN_FRONTEND=text";

    private static readonly InstallerKernel[] Layouts =
    [
        new("install.amd/vmlinuz", "install.amd/initrd.gz", Debian),
        new("install.a64/vmlinuz", "install.a64/initrd.gz", Debian),
        new("linux", "initrd.gz", Debian), // its small image, which fetches all else
        new("casper/vmlinuz", "casper/initrd", "autoinstall"),
    ];

    /// <summary>An image's; null: the firmware starts what the image has.</summary>
    /// <param name="image">The image that is to be made, for errors.</param>
    /// <param name="iso">The ISO image.</param>
    /// <param name="answer">The answer file.</param>
    /// <param name="parameters">What the user wants to tell the kernel.</param>
    /// <param name="architecture">The guest's.</param>
    /// <exception cref="VirtException">NotSupported: it must be, and is not found.</exception>
    public static InstallerKernel? Find(string image, IsoReader iso, AnswerKind answer, IReadOnlyList<string> parameters, Architecture architecture)
    {
        var found = Layouts.FirstOrDefault(layout => iso.Has(layout.Kernel) && iso.Has(layout.Initrd));
        var isUbuntu = found is { CommandLine: not Debian };
        if (answer != AnswerKind.Preseed && parameters.Count == 0 && !(answer == AnswerKind.CloudInit && isUbuntu))
        {
            return null;
        }

        if (found is null || (answer == AnswerKind.Preseed && isUbuntu))
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "InstallerNotKnown",
                $"Cannot {InstallErrors.Verb} VM image '{image}': {(parameters.Count > 0 ? "the kernel of an installer that takes parameters" : "Debian's installer, whose answer file this is,")} is not in the ISO image; {string.Join(", ", Layouts.Where(l => answer != AnswerKind.Preseed || l.CommandLine == Debian).Select(static l => l.Kernel))} were looked for.",
                image,
                $"New-VMImage {image} -IsoPath …, without -KernelParameter and with an answer file of its system");
        }

        // The installer speaks to the console that is named last, and what it installs will too.
        string[] words = [found.CommandLine, "console=tty0", architecture == Architecture.Arm64 ? "console=ttyAMA0" : "console=ttyS0", .. parameters];
        return found with { CommandLine = string.Join(' ', words) };
    }

    /// <summary>Writes the kernel and its initramfs out, with the answer file in it where it is looked for there.</summary>
    /// <param name="iso">The ISO image.</param>
    /// <param name="answer">The answer file.</param>
    /// <param name="kernel">Where the kernel comes to.</param>
    /// <param name="initrd">Where the initramfs comes to.</param>
    /// <exception cref="InvalidDataException">The image is damaged.</exception>
    /// <exception cref="IOException">It cannot be read, or a file cannot be written.</exception>
    public void Write(IsoReader iso, AnswerFile answer, string kernel, string initrd)
    {
        using (var target = New(kernel))
        {
            iso.CopyTo(Kernel, target);
        }

        using (var target = New(initrd))
        {
            iso.CopyTo(Initrd, target);
            if (answer.Kind == AnswerKind.Preseed)
            {
                target.Write(new byte[(4 - (int)(target.Length % 4)) % 4]);
                CpioFile.Write(target, AnswerFile.PreseedName, answer.Bytes);
            }
        }
    }

    // QEMU's user opens them again.
    private static FileStream New(string path)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return file;
    }
}
