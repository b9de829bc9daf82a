using System.Runtime.InteropServices;

namespace Virt.Agent.Images.Tar;

/// <summary>A part of a sparse file that has data; between two there is a hole.</summary>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Length">Its length in bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TarExtent(long Offset, long Length);
