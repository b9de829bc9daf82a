using System.Collections.Generic;

namespace Virt.Agent.Vms.Archives;

/// <summary>An archive that was found in a folder: its manifest is that whose checksum stands there, the other files are not looked at yet.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Sums">The checksums of its files, by their names.</param>
/// <param name="Archive">What it says.</param>
internal sealed record VmArchivePart(string Path, IReadOnlyDictionary<string, byte[]> Sums, VmArchive Archive)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="Virt.Protocol.VirtException">InvalidArgument: it is no archive of a machine. DataLoss; NotSupported: it is of a newer agent.</exception>
    public static VmArchivePart Read(string path)
    {
        var sums = VmArchiveFiles.ReadSums(path);
        return new VmArchivePart(path, sums, VmArchiveFiles.ReadManifest(path, sums));
    }

    /// <summary>The path of one of its files.</summary>
    public string PathOf(string file) => System.IO.Path.Combine(Path, file);
}
