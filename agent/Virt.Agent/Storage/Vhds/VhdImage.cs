using System.Collections.Generic;

namespace Virt.Agent.Storage.Vhds;

/// <summary>A disk image as it was found.</summary>
/// <param name="Path">Its full path, without links.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Info">What it says of itself.</param>
/// <param name="Users">The machines that have it.</param>
/// <param name="Parents">What it stands on and where that is there, the nearest first.</param>
/// <param name="MissingParent">The first below it that is not there, or no file; null: all are.</param>
internal sealed record VhdImage(string Path, VHDFormat Format, DiskInfo Info, IReadOnlyList<VhdUser> Users, IReadOnlyList<(string Path, DiskInfo Info)> Parents, string? MissingParent)
{
    /// <summary>What it holds.</summary>
    public required VHDType Type { get; init; }

    /// <summary>qemu-img's name of its format.</summary>
    public string FormatName => VhdFormats.NameOf(Format);
}
