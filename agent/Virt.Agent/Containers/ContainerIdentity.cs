using System.IO;
using Virt.Linux.Files;

namespace Virt.Agent.Containers;

/// <summary>What a copied tree says of whom it was made for.</summary>
internal static class ContainerIdentity
{
    /// <summary>
    /// Empties <c>/etc/machine-id</c>, so that an init makes a new one (machine-id(5)). Nobody may be changing the tree meanwhile; a link, in whose place
    /// something of the host could stand, is left alone.
    /// </summary>
    /// <param name="upper">What the container has written.</param>
    public static void Forget(string upper)
    {
        if (FileTree.Entry(upper, "etc"u8) is { IsFolder: true } && FileTree.Entry(upper, "etc/machine-id"u8) is { IsFile: true, Size: > 0 })
        {
            using var file = new FileStream(Path.Combine(upper, "etc", "machine-id"), FileMode.Truncate, FileAccess.Write);
        }
    }
}
