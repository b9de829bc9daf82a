using System;
using System.Buffers.Text;
using System.IO;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;

namespace Virt.Linux.Cgroups;

/// <summary>
/// Reads what many cgroups of one parent use, with as little as can be: a list of a thousand containers asks a thousand times. The kernel is spared the way to the parent
/// each time, and the heap the lines of the statistics. May be used from any thread.
/// </summary>
public sealed class CgroupMemory : IDisposable
{
    private const int LongestStatistics = 8192; // of memory.stat, which has about 70 lines
    private const int LongestNumber = 32;
    private readonly SafeFileHandle? folder;
    private readonly bool isV2;

    /// <param name="tree">The host's cgroups.</param>
    /// <param name="parent">The parent, below the tree's root.</param>
    public CgroupMemory(CgroupTree tree, string parent)
    {
        isV2 = tree.Version == CgroupVersion.V2;
        try
        {
            folder = tree.Folder("memory", parent) is { } path ? FileHandles.OpenFolder(path) : null;
        }
        catch (LinuxException)
        {
            folder = null; // none of ours was made yet, or all are gone
        }
    }

    /// <summary>What the processes of one use; null where it is gone, or the host does not count.</summary>
    /// <param name="name">Its name below the parent.</param>
    /// <param name="last">
    /// What was read of it last; null: nothing. One whose use is the same to the byte is not asked for its statistics again, which cost the kernel ten times as much, for <see cref="CgroupMemorySample.Lifetime"/>.
    /// </param>
    public CgroupMemorySample? Read(string name, CgroupMemorySample? last = null)
    {
        if (folder is null)
            return null;
        if (last is not null && !last.IsOld && ReadUsedBytes(name) == last.UsedBytes)
            return last;
        // The cache first: what is read into it meanwhile counts in both then, or in the whole alone. The other way round a container that has just begun seems to use nothing.
        Span<byte> text = stackalloc byte[LongestStatistics];
        var all = FileHandles.ReadStart(folder, Path.Join(name, "memory.stat"), text);
        var field = isV2 ? "\ninactive_file "u8 : "\ntotal_inactive_file "u8;
        var at = all.IndexOf(field);
        var cache = at >= 0 && Utf8Parser.TryParse(all[(at + field.Length)..], out long bytes, out _) ? bytes : 0;
        return ReadUsedBytes(name) is { } used ? new CgroupMemorySample(used, cache) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => folder?.Dispose();

    private long? ReadUsedBytes(string name)
    {
        Span<byte> text = stackalloc byte[LongestNumber];
        return Utf8Parser.TryParse(FileHandles.ReadStart(folder!, Path.Join(name, isV2 ? "memory.current" : "memory.usage_in_bytes"), text), out long used, out _) ? used : null;
    }
}
