using System.Collections.Generic;

namespace Virt.Agent.Registries.VmImages;

/// <summary>A disk that a server of images has.</summary>
/// <param name="Product">The server's own name of what it is of.</param>
/// <param name="Names">What else that is called: <c>debian/12</c>.</param>
/// <param name="Version">Which one: <c>20261129_05:24</c>.</param>
/// <param name="Path">Where it stands below the server's address.</param>
/// <param name="Checksum">What its bytes must come to.</param>
/// <param name="Size">Its size; 0: the server does not say.</param>
/// <param name="Description">For people.</param>
internal sealed record StreamDisk(string Product, IReadOnlyList<string> Names, string Version, string Path, ImageChecksum Checksum, long Size, string Description);
