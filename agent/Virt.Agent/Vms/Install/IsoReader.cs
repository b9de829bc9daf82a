using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Virt.Agent.Vms.Install;

/// <summary>
/// Finds files in an ISO 9660 image by their names, as Rock Ridge has them, else its own. What the image says of itself is not trusted: nothing is read beyond its end, and no folder of more than a megabyte.
/// Sources: ECMA-119; SUSP (IEEE P1281) and RRIP 1.10.
/// </summary>
internal sealed class IsoReader : IDisposable
{
    private const int Sector = 2048;
    private const int FirstDescriptor = 16;
    private const int MostDescriptors = 32;
    private const int MostFolderBytes = 1 << 20;
    private const byte PrimaryType = 1;
    private const byte LastType = 255;
    private const byte IsFolder = 2;
    private const int RecordHead = 33;
    private const int RootRecord = 156;
    private const int LabelStart = 40;
    private const int LabelBytes = 32;

    private readonly FileStream file;
    private readonly Extent root;

    private IsoReader(FileStream file, Extent root, string label)
    {
        this.file = file;
        this.root = root;
        Label = label;
    }

    /// <summary>The image's label.</summary>
    public string Label { get; }

    /// <summary>Opens an image.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="InvalidDataException">It is none, or not whole.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IsoReader Open(string path)
    {
        var opened = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            var descriptor = new byte[Sector];
            for (var i = 0; i < MostDescriptors; i++)
            {
                if (RandomAccess.Read(opened.SafeFileHandle, descriptor, (FirstDescriptor + i) * (long)Sector) < Sector || !descriptor.AsSpan(1, 5).SequenceEqual("CD001"u8) || descriptor[0] == LastType)
                {
                    break;
                }

                if (descriptor[0] == PrimaryType)
                {
                    return new IsoReader(opened, ExtentOf(descriptor.AsSpan(RootRecord)), Encoding.ASCII.GetString(descriptor, LabelStart, LabelBytes).Trim());
                }
            }

            throw new InvalidDataException("it is no ISO 9660 image");
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is such a file.</summary>
    /// <param name="path">Folders and name, with <c>/</c> between them; upper and lower case are the same.</param>
    /// <exception cref="InvalidDataException">A folder is damaged.</exception>
    public bool Has(string path) => Find(path) is not null;

    /// <summary>Copies a file out of it.</summary>
    /// <param name="path">As for <see cref="Has"/>.</param>
    /// <param name="target">Where to.</param>
    /// <exception cref="InvalidDataException">It is not there, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read, or the target cannot be written.</exception>
    public void CopyTo(string path, Stream target)
    {
        var extent = Find(path) ?? throw new InvalidDataException($"it has no file '{path}'");
        var (at, left) = (extent.Start, extent.Bytes);
        var buffer = new byte[1 << 20];
        while (left > 0)
        {
            var count = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)), at);
            if (count == 0)
            {
                throw new InvalidDataException($"it ends before its file '{path}' does");
            }

            target.Write(buffer, 0, count);
            at += count;
            left -= count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    // Only plain files: one of several extents, which is larger than 4 GB, is no kernel.
    private Extent? Find(string path)
    {
        var at = root;
        var parts = path.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            if (FindIn(at, parts[i], wantsFolder: i < parts.Length - 1) is not { } next)
            {
                return null;
            }

            at = next;
        }

        return at;
    }

    private Extent? FindIn(Extent folder, string name, bool wantsFolder)
    {
        if (folder.Bytes > MostFolderBytes)
        {
            throw new InvalidDataException("one of its folders is larger than any is");
        }

        var bytes = new byte[folder.Bytes];
        if (RandomAccess.Read(file.SafeFileHandle, bytes, folder.Start) < bytes.Length)
        {
            throw new InvalidDataException("it ends in the middle of a folder");
        }

        for (var at = 0; at < bytes.Length;)
        {
            var length = bytes[at];
            if (length == 0)
            {
                // The rest of a sector that the next record has no room in.
                at = (at / Sector + 1) * Sector;
                continue;
            }

            if (length < RecordHead + 1 || at + length > bytes.Length || RecordHead + bytes[at + 32] > length)
            {
                throw new InvalidDataException("one of its folders is damaged");
            }

            var record = bytes.AsSpan(at, length);
            if ((record[25] & IsFolder) != 0 == wantsFolder && NameOf(record).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return ExtentOf(record);
            }

            at += length;
        }

        return null;
    }

    private static Extent ExtentOf(ReadOnlySpan<byte> record) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(record[2..]) * (long)Sector, BinaryPrimitives.ReadUInt32LittleEndian(record[10..]));

    // Rock Ridge's, else the record's own, without its version and the dot of a name that has no extension.
    private static string NameOf(ReadOnlySpan<byte> record)
    {
        int nameBytes = record[32];
        var rockRidge = new List<byte>();
        var at = RecordHead + nameBytes;
        at += at % 2 == 0 ? 0 : 1;
        while (at + 4 <= record.Length && record[at + 2] is >= 4 and var length && at + length <= record.Length)
        {
            if (length > 5 && record[at] == 'N' && record[at + 1] == 'M')
            {
                rockRidge.AddRange(record[(at + 5)..(at + length)]);
            }

            at += length;
        }

        return rockRidge.Count > 0 ? Encoding.UTF8.GetString([.. rockRidge]) : Encoding.ASCII.GetString(record.Slice(RecordHead, nameBytes)).Split(';')[0].TrimEnd('.');
    }

    private sealed record Extent(long Start, long Bytes);
}
