using System;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Namespaces;

/// <summary>A user namespace and where its ids lie among the host's. The handle is the owner's, who disposes it.</summary>
/// <param name="Namespace">Its descriptor.</param>
/// <param name="First">The host's id that its root is.</param>
public sealed unsafe record UserMap(SafeFileHandle Namespace, uint First)
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack.
    private const uint Version3 = 0x20080522; // _LINUX_CAPABILITY_VERSION_3 of linux/capability.h

    /// <summary>
    /// Does something that makes or uses files as the namespace's root would, with all of this process's own rights (setfsuid(2), credentials(7)). Nothing may be
    /// awaited in it: both hold for this thread alone.
    /// </summary>
    public T AsRoot<T>(Func<T> work) => As(First, work);

    /// <summary>The same for any user of the host.</summary>
    public static T As<T>(uint id, Func<T> work)
    {
        var header = stackalloc uint[2] { Version3, 0 };
        var before = stackalloc uint[6]; // effective, permitted, inheritable, for each half
        Libc.Check(Libc.capget(header, before), "capget");
        try
        {
            _ = Libc.setfsgid(id);
            _ = Libc.setfsuid(id);
            // That has taken the capabilities over files away from what is in effect, and from nothing else.
            Libc.Check(Libc.capset(header, before), "capset");
            return work();
        }
        finally
        {
            _ = Libc.setfsuid(0);
            _ = Libc.setfsgid(0);
            Libc.Check(Libc.capset(header, before), "capset");
        }
    }
}
