using System.Collections.Generic;

namespace Virt.Agent.Containers;

/// <summary>What a container takes from its image.</summary>
/// <param name="Name">The image's name.</param>
/// <param name="Rootfs">The folder that becomes the read-only layer, with its full path.</param>
/// <param name="Command">What runs when the user names nothing.</param>
/// <param name="Environment">Variables that every container of it gets.</param>
/// <param name="Manifest">The full path of its image.json.</param>
public sealed record ContainerBase(string Name, string Rootfs, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, string Manifest);
