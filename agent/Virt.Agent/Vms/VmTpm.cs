using System;
using System.IO;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Processes;

namespace Virt.Agent.Vms;

/// <summary>
/// A machine's swtpm and the state of its TPM (docs/adr/0031). The folder of that state is swtpm's to write, so nothing that stands in it is believed: it is read without following a link, and never
/// written but anew.
/// </summary>
internal static class VmTpm
{
    /// <summary>What is installed to have TPMs.</summary>
    public const string Program = "swtpm";

    /// <summary>Where a swtpm sees its TPM's state.</summary>
    public const string Folder = "/tpm";

    // The one file that outlives a run: the seeds, the hierarchies, and what the guest has defined in NV. Source: swtpm(8).
    private const string StateName = "tpm2-00.permall";

    // NV has 64 KiB or 128, and the rest of a state is small.
    private const int MostBytes = 4 << 20;

    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Its arguments: it is given its only connection as descriptor 3, and ends with that. What is said of a log that is not written tells people whose it is.</summary>
    /// <param name="machine">The machine.</param>
    public static string[] ArgumentsOf(Guid machine) =>
        [Program, "socket", "--tpm2", "--tpmstate", $"dir={Folder},mode=0600", "--ctrl", "type=unixio,clientfd=3", "--terminate", "--seccomp", "action=kill", "--log", $"file=-,prefix={machine:D}"];

    /// <summary>The keeper's id of a machine's swtpm: the machine's own is QEMU's.</summary>
    public static Guid IdOf(Guid machine)
    {
        var bytes = machine.ToByteArray();
        bytes[15] ^= 0xFF;
        return new Guid(bytes);
    }

    /// <summary>Waits for the end of a swtpm whose connection has ended; one that does not end is ended.</summary>
    public static async Task EndAsync(KeptProcess tpm, TimeSpan patience)
    {
        try
        {
            await tpm.Exited.WaitAsync(patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            tpm.Signal(Signals.Kill);
            await tpm.Exited.ConfigureAwait(false);
        }
    }

    /// <summary>Makes the folder where it is not there, and gives it with what is in it to the user that swtpm is to run as. Nobody must have it open.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void Prepare(string folder, uint uid, uint gid)
    {
        Directory.CreateDirectory(folder, OwnerFolder);
        FileOwner.Set(folder, uid, gid);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder))
        {
            FileOwner.Set(path, uid, gid);
        }
    }

    /// <summary>A TPM's state, as it would be after a loss of power; null: it has none yet.</summary>
    /// <exception cref="IOException">It cannot be read, or is none.</exception>
    public static byte[]? Read(string folder)
    {
        using var root = FileHandles.TryOpenFolder(folder);
        using var file = root is null ? null : FileHandles.OpenInside(root, StateName);
        return file is null ? null : ReadAll(file, folder);
    }

    /// <summary>Puts a state in the place of what is there; null: there is none, and the next start makes a TPM that nobody has seen. Nobody must have the folder open.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string folder, byte[]? state)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        if (state is not null)
        {
            Directory.CreateDirectory(folder, OwnerFolder);
            WriteFile(StateFile(folder), state);
        }
    }

    /// <summary>The file that a state stands in.</summary>
    public static string StateFile(string folder) => Path.Combine(folder, StateName);

    /// <summary>Writes a state to a file of the owner's alone.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void WriteFile(string path, byte[] state)
    {
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerFile });
        file.Write(state);
        file.Flush(flushToDisk: true);
    }

    private static byte[] ReadAll(SafeFileHandle file, string folder)
    {
        try
        {
            var length = RandomAccess.GetLength(file);
            if (length > MostBytes)
            {
                throw new IOException($"the state of the TPM in '{folder}' has {length} bytes; {MostBytes} are the most.");
            }

            var bytes = new byte[length];
            var read = 0;
            while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is > 0 and var more)
            {
                read += more;
            }

            return bytes[..read];
        }
        catch (Exception e) when (e is NotSupportedException or UnauthorizedAccessException)
        {
            throw new IOException($"the state of the TPM in '{folder}' is no file.", e);
        }
    }
}
