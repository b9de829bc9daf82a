using System.Collections.Generic;
using Virt.Agent.Images.Oci;

namespace Virt.Agent.Images.Store;

/// <summary>What is known of an unpacked layer. Stored as JSON beside it.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record UnpackedLayer
{
    /// <summary>The digest of its archive.</summary>
    public required Digest DiffId { get; init; }

    /// <summary>The size of its files, in bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>How many files, links and folders it has.</summary>
    public int Count { get; set; }

    /// <summary>Nothing of the layers below it is seen: its archive says so of the root folder, of which overlayfs takes no such word.</summary>
    public bool HidesAllBelow { get; set; }

    /// <summary>Folders that its archive does not describe, in hexadecimal digits because names are bytes. They are to be as the layers below have them, so such a layer is kept for each of these.</summary>
    public IReadOnlyList<string> ImplicitFolders { get; set; } = [];

    /// <summary>The host's boot in which it was unpacked: until it is on the disk, another boot may have lost some of it.</summary>
    public string Boot { get; set; } = "";
}
