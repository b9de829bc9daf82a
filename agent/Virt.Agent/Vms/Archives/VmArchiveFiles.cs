using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Vms.Archives;

/// <summary>The files of an archive of a machine: a folder in which <c>SHA256SUMS</c> has the checksum of each, as sha256sum(1) writes and checks it.</summary>
internal static class VmArchiveFiles
{
    /// <summary>What the machine is.</summary>
    public const string Manifest = "virt-vm.json";

    /// <summary>Its first disk, a qcow2 image that stands on nothing.</summary>
    public const string Disk = "disk.qcow2";

    /// <summary>One of its disks, such an image too.</summary>
    /// <param name="number">0: the first.</param>
    public static string DiskOf(int number) => number == 0 ? Disk : FormattableString.Invariant($"disk{number}.qcow2");

    /// <summary>Its UEFI variables.</summary>
    public const string Nvram = "nvram.fd";

    /// <summary>The state of its virtual TPM.</summary>
    public const string Tpm = "tpm2.state";

    /// <summary>The checksums.</summary>
    public const string Sums = "SHA256SUMS";

    private const int Piece = 1 << 20;
    private const int MostManifest = 16 << 20;

    /// <summary>Writes a small file to the host's disk.</summary>
    public static void Write(string folder, string name, ReadOnlySpan<byte> bytes)
    {
        using var file = File.Create(Path.Combine(folder, name));
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Writes the checksums of files of the folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="names">The files.</param>
    /// <param name="report">Told how many bytes of how many are done.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task WriteSumsAsync(string folder, IReadOnlyList<string> names, Action<long, long> report, CancellationToken cancellation)
    {
        var total = names.Sum(name => new FileInfo(Path.Combine(folder, name)).Length);
        var done = 0L;
        var text = new StringBuilder();
        foreach (var name in names)
        {
            await using var file = File.OpenRead(Path.Combine(folder, name));
            text.Append(Convert.ToHexStringLower(await HashAsync(file, null, read => report(done += read, total), cancellation).ConfigureAwait(false))).Append("  ").Append(name).Append('\n');
        }

        Write(folder, Sums, Encoding.ASCII.GetBytes(text.ToString()));
        FileTree.SyncOne(folder);
    }

    /// <summary>Reads the checksums, by the names of the files.</summary>
    /// <exception cref="VirtException">InvalidArgument: it is no archive of a machine. DataLoss.</exception>
    public static IReadOnlyDictionary<string, byte[]> ReadSums(string folder)
    {
        var path = Path.Combine(folder, Sums);
        if (!Directory.Exists(folder) || !File.Exists(path) || !File.Exists(Path.Combine(folder, Manifest)))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "NotAVMArchive", $"Cannot import '{folder}': it is no folder with '{Manifest}' and '{Sums}' in it, as Export-VM writes them.", folder, $"ls -l '{folder}'");
        }

        try
        {
            return File.ReadAllLines(path).ToDictionary(static line => line[66..], static line => Convert.FromHexString(line[..64]), StringComparer.Ordinal);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw Damaged(folder, $"its '{Sums}' has lines that sha256sum does not write");
        }
    }

    /// <summary>Reads the manifest.</summary>
    /// <exception cref="VirtException">DataLoss; NotSupported: it is of a newer agent.</exception>
    public static VmArchive ReadManifest(string folder, IReadOnlyDictionary<string, byte[]> sums)
    {
        var path = Path.Combine(folder, Manifest);
        if (new FileInfo(path).Length > MostManifest)
        {
            throw Damaged(folder, $"its '{Manifest}' is too long");
        }

        var bytes = File.ReadAllBytes(path);
        Compare(folder, Manifest, sums, SHA256.HashData(bytes));
        return VmArchive.Read(bytes, folder);
    }

    /// <summary>Copies a file of the archive to where there is nothing, without its zeros, and compares its checksum. Half a file may be left.</summary>
    /// <exception cref="VirtException">DataLoss.</exception>
    public static async Task CopyAsync(string folder, string name, IReadOnlyDictionary<string, byte[]> sums, string target, Action<long, long> report, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            throw Damaged(folder, $"it has no '{name}'");
        }

        await using var from = File.OpenRead(path);
        await using var to = new FileStream(target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, BufferSize = 0 });
        var done = 0L;
        var hash = await HashAsync(from, to, read => report(done += read, from.Length), cancellation).ConfigureAwait(false);
        Compare(folder, name, sums, hash);
        await Task.Run(() => to.Flush(flushToDisk: true), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The archive is not as it was written.</summary>
    public static VirtException Damaged(string folder, string why) =>
        new(ErrorCode.DataLoss, "VMArchiveDamaged", $"Cannot import '{folder}': {why}.", folder, $"cd '{folder}' && sha256sum -c {Sums}. Write it again: Export-VM.");

    private static async Task<byte[]> HashAsync(FileStream from, FileStream? to, Action<int> report, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Piece];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            var bytes = buffer.AsMemory(0, read);
            hash.AppendData(bytes.Span);
            if (to is not null)
            {
                if (bytes.Span.IndexOfAnyExcept((byte)0) < 0)
                {
                    to.Seek(read, SeekOrigin.Current);
                }
                else
                {
                    await to.WriteAsync(bytes, cancellation).ConfigureAwait(false);
                }
            }

            report(read);
        }

        to?.SetLength(from.Length);
        return hash.GetHashAndReset();
    }

    private static void Compare(string folder, string name, IReadOnlyDictionary<string, byte[]> sums, byte[] hash)
    {
        if (!sums.TryGetValue(name, out var wanted) || !wanted.AsSpan().SequenceEqual(hash))
        {
            throw Damaged(folder, $"its '{name}' is not the one whose checksum stands in '{Sums}'");
        }
    }
}
