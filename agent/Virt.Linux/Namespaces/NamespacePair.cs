using System;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Namespaces;

/// <summary>Namespaces that were made ahead of the process that is born in them. They live as long as the handles, or a process in them.</summary>
/// <param name="User">The user namespace.</param>
/// <param name="Network">A network namespace that it owns, with its loopback up; null: none was made.</param>
public sealed unsafe record NamespacePair(SafeFileHandle User, SafeFileHandle? Network) : IDisposable
{
    private const int GetOwner = 0xB701; // NS_GET_USERNS of linux/nsfs.h

    /// <summary>A network namespace, which becomes the pair's, and its owner.</summary>
    /// <exception cref="LinuxException">It cannot be had.</exception>
    internal static NamespacePair Of(SafeFileHandle network)
    {
        // SAFETY: no pointer goes to the kernel, and the handle is ours alone.
        var owner = Libc.ioctl((int)network.DangerousGetHandle(), GetOwner, null);
        if (owner >= 0)
            return new NamespacePair(new SafeFileHandle(owner, ownsHandle: true), network);
        var error = Libc.Error("NS_GET_USERNS");
        network.Dispose();
        throw error;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        User.Dispose();
        Network?.Dispose();
    }
}
