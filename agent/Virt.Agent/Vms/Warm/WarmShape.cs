using System;
using Virt.Agent.Common;

namespace Virt.Agent.Vms.Warm;

/// <summary>What a booted state fits: a machine that is one of these in all of it, on this host as it is.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="ImageStamp">Of the image's files: another one of the same name has another.</param>
/// <param name="HostStamp">Of QEMU and its firmware: after an upgrade it is another.</param>
/// <param name="ArgumentStamp">Of QEMU's arguments but what differs between machines: the devices, and what they are.</param>
/// <param name="DiskBytes">The disk as the guest sees it; 0: there is none.</param>
/// <param name="MemoryBytes">The guest's memory.</param>
/// <param name="ProcessorCount">Its processors.</param>
/// <param name="Generation">1: BIOS. 2: UEFI.</param>
/// <param name="HasAdapter">It has a network adapter.</param>
internal sealed record WarmShape(string Image, string ImageStamp, string HostStamp, string ArgumentStamp, long DiskBytes, long MemoryBytes, int ProcessorCount, int Generation, bool HasAdapter)
{
    /// <summary>For people: what New-VM must be given to have it.</summary>
    public string Text => FormattableString.Invariant(
        $"{ByteText.Of(MemoryBytes)}, {ProcessorCount} {(ProcessorCount == 1 ? "processor" : "processors")}, generation {Generation}, {(DiskBytes == 0 ? "no disk" : $"disk of {ByteText.Of(DiskBytes)}")}, {(HasAdapter ? "a" : "no")} network adapter");

    /// <summary>Whether the other one is what this one was before the image, or the host, became another.</summary>
    public bool Replaces(WarmShape other) =>
        Image.Equals(other.Image, StringComparison.OrdinalIgnoreCase) && (ImageStamp != other.ImageStamp || HostStamp != other.HostStamp);
}
