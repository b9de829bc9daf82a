using System;
using System.Security.Cryptography;

namespace Virt.Agent.Vms;

/// <summary>Addresses of network adapters.</summary>
internal static class MacAddress
{
    /// <summary>A machine's address, always the same one: in QEMU's range, the rest from the machine's id.</summary>
    public static string Of(Guid machine)
    {
        Span<byte> id = stackalloc byte[16];
        machine.TryWriteBytes(id);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(id, hash);
        return $"52:54:00:{hash[0]:x2}:{hash[1]:x2}:{hash[2]:x2}";
    }
}
