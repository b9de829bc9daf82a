using System;
using System.Buffers.Binary;
using System.IO;

namespace Virt.Agent.Storage;

/// <summary>
/// Where a qcow2 image should end: QEMU reads zeros where its file was cut off, and says nothing. Two reads, so that it can be asked at each start. Source: QEMU's docs/interop/qcow2.txt, Host cluster management.
/// </summary>
public static class Qcow2End
{
    private const uint Magic = 0x514649FB;
    private const int HeaderLength = 104;
    private const int MostTableBytes = 8 << 20;
    private const long OffsetMask = ~0x1FFL;

    /// <summary>
    /// True where the last cluster that has users is not in the file. A QEMU that was killed may leave such a cluster, which nothing refers to: <c>qemu-img check</c> tells. What cannot be read, or is no qcow2 image, is left to
    /// others to refuse: false.
    /// </summary>
    /// <param name="path">The image; nobody writes to it.</param>
    public static bool IsMissing(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var header = new byte[HeaderLength];
            if (RandomAccess.Read(file, header, 0) < header.Length || BinaryPrimitives.ReadUInt32BigEndian(header) != Magic)
            {
                return false;
            }

            var bits = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(20));
            var order = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)) < 3 ? 4 : BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(96));
            var tableBytes = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(56)) << bits;
            if (bits is < 9 or > 21 || order is < 3 or > 6 || tableBytes is 0 or > MostTableBytes)
            {
                return false;
            }

            var length = RandomAccess.GetLength(file);
            var table = new byte[tableBytes];
            if (RandomAccess.Read(file, table, BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(48))) < table.Length)
            {
                return true;
            }

            var last = table.AsSpan().LastIndexOfAnyExcept((byte)0) / 8;
            var place = BinaryPrimitives.ReadInt64BigEndian(table.AsSpan(Math.Max(0, last) * 8)) & OffsetMask;
            var block = new byte[1 << bits];
            if (place == 0 || RandomAccess.Read(file, block, place) < block.Length)
            {
                return place != 0;
            }

            var user = block.AsSpan().LastIndexOfAnyExcept((byte)0) >> (order - 3);
            return user >= 0 && length <= ((long)last * (block.Length >> (order - 3)) + user) << bits;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
