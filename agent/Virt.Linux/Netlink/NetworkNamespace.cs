using System;
using System.IO;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;

namespace Virt.Linux.Netlink;

/// <summary>Work in another network namespace. A socket that is made there belongs to it for good, whichever thread uses it.</summary>
public static class NetworkNamespace
{
    /// <summary>Opens the network namespace of a process.</summary>
    /// <exception cref="LinuxException">ESRCH: it has ended.</exception>
    public static SafeFileHandle Open(PidFd process) => In(process, static () => File.OpenHandle("/proc/thread-self/ns/net", FileMode.Open, FileAccess.Read, FileShare.ReadWrite));

    /// <summary>Does something in the network namespace of a process, and waits for it.</summary>
    /// <exception cref="LinuxException">ESRCH: it has ended. Else what the work throws.</exception>
    internal static T In<T>(PidFd process, Func<T> work)
    {
        T? result = default;
        Exception? failed = null;
        // The thread goes there and ends there; no other code ever runs on it.
        var thread = new Thread(
            () =>
            {
                var isHeld = false;
                try
                {
                    process.DangerousAddRef(ref isHeld);
                    Libc.Check(Libc.setns(process.Descriptor, (int)NamespaceKinds.Network), "setns");
                    result = work();
                }
                catch (Exception e)
                {
                    // Closed: somebody has seen its end.
                    failed = isHeld ? e : new LinuxException("setns", Errno.ESRCH);
                }
                finally
                {
                    if (isHeld)
                        process.DangerousRelease();
                }
            },
            128 * 1024);
        thread.Start();
        thread.Join();
        return failed is null ? result! : throw failed;
    }
}
