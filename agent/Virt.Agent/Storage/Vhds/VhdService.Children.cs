using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>Which images stand on another one. Nothing in that one says so; those beside it are looked at, and those that machines have.</content>
public sealed partial class VhdService
{
    private const uint Magic = 0x514649FB; // QFI and 0xFB
    private const int LongestName = 1023; // of a backing file, as QEMU has it

    /// <exception cref="VirtException">WrongState.</exception>
    private void CheckNoChildren(string verb, string path, IReadOnlyCollection<string> except)
    {
        if (FindChild(path, except) is { } child)
        {
            throw new VirtException(ErrorCode.WrongState, "DiskHasChildren", $"Cannot {verb} disk '{path}': '{child}' stands on it, and could not be read any more.", path, $"Get-VHD -Path '{child}'");
        }
    }

    private static string? FindChild(string path, IReadOnlyCollection<string> except)
    {
        var identity = FileIdentity.Read(path);
        return Directory.EnumerateFiles(Path.GetDirectoryName(path)!)
            .Where(file => file != path && !except.Contains(file))
            .FirstOrDefault(file => ReadBacking(file) is { } below && identity is not null && identity.IsSame(FileIdentity.Read(below)));
    }

    // The header of qcow2: its magic, a version, and where the name of the backing file is and how long. Source: QEMU, docs/interop/qcow2.
    private static string? ReadBacking(string file)
    {
        try
        {
            if (FileIdentity.Read(file) is not { IsRegular: true })
            {
                return null;
            }

            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> header = stackalloc byte[20];
            if (RandomAccess.Read(handle, header, 0) < header.Length || BinaryPrimitives.ReadUInt32BigEndian(header) != Magic)
            {
                return null;
            }

            var offset = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
            var length = BinaryPrimitives.ReadInt32BigEndian(header[16..]);
            if (offset <= 0 || length is <= 0 or > LongestName)
            {
                return null;
            }

            var name = new byte[length];
            return RandomAccess.Read(handle, name, offset) == length ? Path.GetFullPath(Encoding.UTF8.GetString(name), Path.GetDirectoryName(file)!) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
