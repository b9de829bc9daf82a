using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Virt.Agent.Vms.Warm;

/// <summary>
/// A program for Linux of some 250 bytes that needs nothing of the guest: it reads 64 bytes, gives them to the kernel as randomness (RNDADDENTROPY) and has it begin anew from there (RNDRESEEDCRNG), and ends with 0 where all of
/// that was done. No tool that every guest has can do the second, and without it copies of a guest get the same random numbers for up to a minute. Sources: random(4), elf(5), syscall(2).
/// </summary>
internal static class ReseedProgram
{
    private const ulong Base = 0x400000;
    private const int HeaderBytes = 64 + 56;

    // read(0, info + 8, 64) == 64; info = { 512 bits, 64 bytes }; f = open("/dev/urandom", O_WRONLY); ioctl(f, RNDADDENTROPY, info) == 0; ioctl(f, RNDRESEEDCRNG) == 0; exit(0), or exit(1) from each of them.
    private const string X64 = "SIPsSDHAMf9IjXQkCGpAWg8Fg/hAdUvHBCQAAgAAx0QkBEAAAABqAlhIjT06AAAAagFeDwWFwHgpicOJx74DUghASIniahBYDwWFwHUUid++B1IAAGoQWA8FhcB1BDH/6wNqAV9qPFgPBS9kZXYvdXJhbmRvbQA=";

    // The same by openat.
    private const string Arm64 = "/0MB0QAAgNLhIwCRAgiA0ugHgNIBAADUHwAB8WEDAFQAQIBS4AMAuQAIgFLgBwC5YAyAkgEDABAiAIDSAwCA0ggHgNIBAADUAAL4t/MDAKphQIpSAQGocuIDAJGoA4DSAQAA1CABALXgAxOq4UCKUgIAgNKoA4DSAQAA1GAAALUAAIDSAgAAFCAAgNKoC4DSAQAA1C9kZXYvdXJhbmRvbQA=";

    /// <summary>The program's file.</summary>
    public static byte[] For(Architecture architecture)
    {
        var isArm = architecture == Architecture.Arm64;
        var code = Convert.FromBase64String(isArm ? Arm64 : X64);
        var file = new byte[HeaderBytes + code.Length];
        Encoding.Latin1.GetBytes("\u007fELF\u0002\u0001\u0001", file);
        Write16(16, 2); // ET_EXEC
        Write16(18, isArm ? 183 : 62); // e_machine
        Write32(20, 1); // e_version
        Write64(24, Base + HeaderBytes); // e_entry
        Write64(32, 64); // e_phoff
        Write16(52, 64); // e_ehsize
        Write16(54, 56); // e_phentsize
        Write16(56, 1); // e_phnum
        Write32(64, 1); // PT_LOAD
        Write32(68, 5); // readable, executable
        Write64(80, Base);
        Write64(88, Base);
        Write64(96, (ulong)file.Length);
        Write64(104, (ulong)file.Length);
        Write64(112, 0x1000); // alignment
        code.CopyTo(file, HeaderBytes);
        return file;

        void Write16(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), (ushort)value);
        void Write32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        void Write64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
    }
}
