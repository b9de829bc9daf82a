using System;
using System.Collections.Generic;

namespace Virt.Agent.Images;

/// <summary>The <c>image.json</c> of a folder that virtual machines are made from: a kernel, a disk, or both.</summary>
/// <remarks>What has a default is set and not init: the generated JSON reader gives null, not the default, for an init property that is missing.</remarks>
public sealed record VmImageManifest
{
    /// <summary>What it holds, for people.</summary>
    public string Description { get; set; } = "";

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    public string Architecture { get; set; } = "";

    /// <summary>True where a QEMU guest agent starts in it.</summary>
    public bool GuestAgent { get; set; }

    /// <summary>True where cloud-init, or what is like it, waits in it for a seed: every machine of it gets one.</summary>
    public bool CloudInit { get; set; }

    /// <summary>The kernel that is booted directly; null: the firmware boots the disk.</summary>
    public VmBoot? Boot { get; set; }

    /// <summary>Where it has come from: an address, or <c>VM 'web01'</c>; empty: nobody has said.</summary>
    public string Source { get; set; } = "";

    /// <summary>Of what has come from there: <c>sha256:…</c> or <c>sha512:…</c>; empty: nobody has said.</summary>
    public string Checksum { get; set; } = "";

    /// <summary>When it came; null: nobody has said.</summary>
    public DateTimeOffset? Added { get; set; }

    /// <summary>What its disk was made to forget, such as <c>machine-id</c>.</summary>
    public IReadOnlyList<string> Sealed { get; set; } = [];

    /// <summary>Why its disk could not be made to forget anything, in words; empty: it could, or was not to.</summary>
    public string SealProblem { get; set; } = "";

    /// <summary>UEFI variables, relative to the image's folder, that each machine of generation 2 begins with; null: the firmware's own.</summary>
    public string? Nvram { get; set; }

    /// <summary>A qcow2 file, relative to the image's folder, that each machine gets a copy-on-write child of; null: machines get a blank disk.</summary>
    public string? Disk { get; set; }

    /// <summary>The disks beside that, in their order; each machine gets a copy-on-write child of each.</summary>
    public IReadOnlyList<VmImageDisk> FurtherDisks { get; set; } = [];
}
