using System;
using System.IO;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Firmware that an admin has brought: a file of the host, which a machine of generation 1 begins with in place of the BIOS (docs/adr/0039). Source: <c>-bios</c> of qemu(1).</summary>
internal static class FirmwareRom
{
    // Source: x86_bios_rom_init of QEMU. Above that, what a PC has of its own below 4 GB is in the way.
    private const int Piece = 64 << 10;
    private const int Most = 16 << 20;

    /// <summary>Whether a machine can have it, and whether the file will do.</summary>
    /// <param name="verb">What is done: <c>create</c>, <c>change</c>.</param>
    /// <param name="machine">The machine's name.</param>
    /// <param name="path">The file.</param>
    /// <param name="generation">The machine's.</param>
    /// <param name="startsKernel">It starts the kernel of its image.</param>
    /// <exception cref="VirtException">InvalidArgument; NotFound; NotSupported; Unavailable.</exception>
    public static void CheckRequest(string verb, string machine, string path, int generation, bool startsKernel)
    {
        if (generation != 1)
        {
            throw new VirtException(ErrorCode.NotSupported, "NeedsBios", $"Cannot {verb} VM '{machine}': it is of generation {generation}, whose UEFI is its host's; firmware of its own takes the place of a BIOS, which generation 1 has.", machine, "New-VM -Generation 1");
        }

        if (startsKernel)
        {
            throw new VirtException(ErrorCode.NotSupported, "StartsKernel", $"Cannot {verb} VM '{machine}': it starts the kernel of its image directly, past any firmware.", machine, "Get-VMImage");
        }

        if (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {verb} VM '{machine}': the firmware's path '{path}' is not a full path on the host.", path, $"Set-VMFirmware {machine} -FirmwarePath /usr/share/seabios/bios-256k.bin");
        }

        Check(verb, machine, path);
    }

    /// <summary>Whether the file is there and of a size that QEMU takes.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotFound; Unavailable.</exception>
    public static void Check(string verb, string machine, string path) => Read(verb, machine, path, static (_, _) => 0);

    /// <summary>What the file has, in memory that QEMU may read whoever the file belongs to, and that nobody changes under a machine.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotFound; Unavailable.</exception>
    public static SafeFileHandle Open(string verb, string machine, string path) => Read(verb, machine, path, static (file, length) =>
    {
        var bytes = new byte[length];
        using var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
        stream.ReadExactly(bytes);
        return MemoryFile.Of("firmware", bytes);
    });

    /// <summary>It is not for an archive: which bytes a machine begins with is for its host's admin to say, and a machine without them is another one.</summary>
    /// <exception cref="VirtException">NotSupported.</exception>
    public static void CheckExport(string machine, VmSpec spec)
    {
        if (spec.FirmwarePath is { } path)
        {
            throw new VirtException(ErrorCode.NotSupported, "FirmwareStays", $"Cannot export VM '{machine}': its firmware '{path}' is a file of this host, which no archive holds.", path, $"Set-VMFirmware {machine} -FirmwarePath ''");
        }
    }

    private static T Read<T>(string verb, string machine, string path, Func<SafeFileHandle, int, T> use)
    {
        var start = $"Cannot {verb} VM '{machine}': ";
        try
        {
            // A pipe would keep us waiting.
            if (FileIdentity.Read(path) is { IsRegular: false })
            {
                throw Invalid("is no regular file");
            }

            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            return length is > 0 and <= Most && length % Piece == 0 ? use(file, (int)length) : throw Invalid($"has {length} bytes");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VirtException(ErrorCode.NotFound, "FirmwareNotFound", $"{start}there is no firmware '{path}'.", path, $"ls -l '{path}'", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new VirtException(ErrorCode.Unavailable, "FirmwareUnavailable", $"{start}its firmware '{path}' cannot be read ({VmErrors.Sentence(e.Message)}).", path, $"ls -l '{path}'", e);
        }

        VirtException Invalid(string what) => new(ErrorCode.InvalidArgument, "InvalidFirmware", $"{start}its firmware '{path}' {what}; a file of whole {ByteText.Of(Piece)}, up to {ByteText.Of(Most)}, is required.", path, $"ls -l '{path}'");
    }
}
