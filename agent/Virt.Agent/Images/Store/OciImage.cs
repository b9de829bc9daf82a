using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Images.Oci;
using Virt.Agent.State;

namespace Virt.Agent.Images.Store;

/// <summary>An image in the store: a snapshot.</summary>
/// <param name="Id">Its manifest's digest.</param>
/// <param name="Spec">What it consists of.</param>
/// <param name="Names">Its names; none where each was given to another image since.</param>
/// <param name="Added">When it came.</param>
/// <param name="Used">When it was last named or a container was made from it.</param>
public sealed record OciImage(Digest Id, OciImageSpec Spec, IReadOnlyList<ImageNameRow> Names, DateTimeOffset Added, DateTimeOffset Used)
{
    /// <summary>What it is called in messages: its first name as people know it, else the beginning of its id.</summary>
    public string Title => Names.Count > 0 && ImageReference.TryParse(Names[0].Name, out var name) ? name.Familiar : Id.Short;

    /// <summary>The length of its config and its layers as they came, in bytes.</summary>
    public long BlobBytes => Spec.Config.Size + Spec.Layers.Sum(static layer => layer.Size);

    /// <summary>Every blob that it needs.</summary>
    public IEnumerable<Digest> Blobs => Spec.Layers.Select(static layer => layer.Blob).Append(Spec.Config.Digest).Append(Id)
        .Concat(Names.Select(static name => Digest.Parse(name.Root)));
}
