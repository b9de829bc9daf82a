using System;
using Virt.Agent.Common;

namespace Virt.Agent.Vms;

/// <summary>Addresses of network adapters.</summary>
internal static class MacAddress
{
    /// <summary>A machine's address, always the same one: in QEMU's range, the rest from the machine's id.</summary>
    public static string Of(Guid machine)
    {
        Span<byte> id = stackalloc byte[16];
        machine.TryWriteBytes(id);
        var hash = StableHash.Of(id);
        return $"52:54:00:{(byte)(hash >> 16):x2}:{(byte)(hash >> 8):x2}:{(byte)hash:x2}";
    }
}
