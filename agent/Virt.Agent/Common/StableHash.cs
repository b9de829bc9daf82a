using System;
using System.Text;

namespace Virt.Agent.Common;

/// <summary>
/// A short number that is always the same for the same bytes, to name things by; no protection against anybody (FNV-1a, 64 bits).
/// The cryptographic ones would load OpenSSL into every agent: 8 MB and some milliseconds of its start.
/// </summary>
public static class StableHash
{
    /// <summary>The hash of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var one in bytes)
        {
            hash = unchecked((hash ^ one) * 1099511628211UL);
        }

        return hash;
    }

    /// <summary>The hash of a text's UTF-8.</summary>
    public static ulong Of(string text) => Of(Encoding.UTF8.GetBytes(text));
}
