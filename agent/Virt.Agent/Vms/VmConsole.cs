using System;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;

namespace Virt.Agent.Vms;

/// <summary>
/// What a guest has written to its serial console. QEMU writes it into a file in memory, whoever reads it and whether there is an agent or not; so nobody who does not read makes
/// the guest wait, and any number can read. The agent gives back what is older than the last 64 KB. Why so: docs/adr/0024-serial-console.md.
/// </summary>
internal sealed class VmConsole : IDisposable
{
    /// <summary>How much of it stays readable.</summary>
    public const int KeptBytes = 64 << 10;

    /// <summary>How much memory it takes at most, where no agent gives any back. What the guest writes beyond is lost.</summary>
    public const long MostBytes = 4 << 20;

    /// <summary>The file's name.</summary>
    public const string FileName = "virt-console";

    private readonly SafeFileHandle file;
    private long trimmed;

    private VmConsole(SafeFileHandle file) => this.file = file;

    /// <summary>How many bytes the guest has written in all.</summary>
    public long Length => RandomAccess.GetLength(file);

    /// <summary>That of a QEMU; null where it has ended, or was started by an agent that knew of no such file.</summary>
    public static VmConsole? Open(VmProcess process) => MemoryFile.Find(process.Identity.Id, FileName) is { } file ? new VmConsole(file) : null;

    /// <summary>Reads on.</summary>
    /// <param name="at">Where; behind what is not kept any more it goes on with the oldest that is.</param>
    /// <returns>The bytes, none where there are no more yet; and how many were not kept.</returns>
    public (byte[] Bytes, long Missed) Read(long at)
    {
        var length = Length;
        var start = Math.Max(at, length - KeptBytes);
        var buffer = new byte[Math.Max(0, length - start)];
        var count = RandomAccess.Read(file, buffer, start);
        return (buffer[..count], start - at);
    }

    /// <summary>The last line that says anything; empty where there is none.</summary>
    public string LastLine() => ConsoleText.LastLineOf(Encoding.UTF8.GetString(Read(Math.Max(0, Length - KeptBytes)).Bytes));

    /// <summary>Gives back the memory of what is not kept. Twice as much stays, so that who reads is not overtaken.</summary>
    public void Trim()
    {
        var length = Length;
        if (length - trimmed > 3 * KeptBytes)
        {
            trimmed = length - 2 * KeptBytes;
            MemoryFile.Forget(file, trimmed);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
