using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Which files a move sends, and in which order: both sides go by this. Pure.</summary>
public static class MoveFiles
{
    /// <summary>The files that come by the stream of an offer. Layers that both hosts reach stay where they are.</summary>
    public static IReadOnlyList<MoveFile> Sent(OfferMove offer) => Sent(offer.Machine, offer.AreDisksShared);

    /// <inheritdoc cref="Sent(OfferMove)"/>
    /// <param name="machine">The machine.</param>
    /// <param name="areDisksShared">Its disks are used where they are.</param>
    public static IReadOnlyList<MoveFile> Sent(CheckMove machine, bool areDisksShared) => [.. machine.Files.Where(file => !areDisksShared || file.Kind != MoveFileKind.Layer)];

    /// <summary>What its layers take.</summary>
    public static long LayerBytes(CheckMove machine) => machine.Files.Where(static file => file.Kind == MoveFileKind.Layer).Sum(static file => file.LengthBytes);

    /// <summary>What else goes along takes: memory, most of all.</summary>
    public static long OtherBytes(CheckMove machine) => machine.Files.Where(static file => file.Kind != MoveFileKind.Layer).Sum(static file => file.LengthBytes);
}
