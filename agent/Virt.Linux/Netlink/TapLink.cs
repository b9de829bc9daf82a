using System;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Netlink;

/// <summary>A tap: a link whose other end is a file, which a QEMU reads and writes. It is there while the file is open, and gone with whoever had it open last.</summary>
public static unsafe class TapLink
{
    // linux/if_tun.h: TUNSETIFF; IFF_TAP, IFF_NO_PI (frames alone), IFF_VNET_HDR (with virtio's header before each), IFF_TUN_EXCL (not one that is there)
    private const string Device = "/dev/net/tun";
    private const nuint SetInterface = 0x400454CA;
    private const ushort Tap = 2, NoPacketInformation = 0x1000, VirtioHeader = 0x4000, Exclusive = 0x8000;
    private const int NameSize = 16, RequestSize = 40;

    /// <summary>Makes one in the caller's network namespace, down, and a port of nothing.</summary>
    /// <param name="name">At most 15 letters.</param>
    /// <returns>Its file.</returns>
    /// <exception cref="LinuxException">ENOENT, ENODEV: the kernel has no taps. EBUSY: a link of that name is there.</exception>
    public static SafeFileHandle Open(string name)
    {
        // Not by the runtime, which would look at the file's length and lock it.
        var handle = new SafeFileHandle((int)Libc.Check(Libc.open(Device, Libc.O_RDWR | Libc.O_CLOEXEC, 0), "open", Device), ownsHandle: true);
        // SAFETY: struct ifreq has 40 bytes: the name at 0, the flags at 16; the kernel writes the name back into this frame's stack.
        var request = stackalloc byte[RequestSize];
        new Span<byte>(request, RequestSize).Clear();
        Encoding.ASCII.GetBytes(name, new Span<byte>(request, NameSize - 1));
        *(ushort*)(request + NameSize) = Tap | NoPacketInformation | VirtioHeader | Exclusive;
        if (Libc.ioctl((int)handle.DangerousGetHandle(), SetInterface, request) == 0)
            return handle;
        var error = Libc.Error("TUNSETIFF", name);
        handle.Dispose();
        throw error;
    }
}
