using System;
using System.Linq;
using System.Security.Cryptography;

namespace Virt.Agent.Registries.VmImages;

/// <summary>What the bytes of a file must come to.</summary>
/// <param name="Algorithm"><c>sha256</c> or <c>sha512</c>.</param>
/// <param name="Hex">The number, in small hexadecimal digits.</param>
internal sealed record ImageChecksum(string Algorithm, string Hex)
{
    /// <summary>How it is computed.</summary>
    public HashAlgorithmName HashName => Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    /// <summary>Reads <c>sha256:…</c> or <c>sha512:…</c>; null where it is neither.</summary>
    public static ImageChecksum? Parse(string text) =>
        text.Split(':') is [var algorithm, var hex] && OfHex(hex) is { } checksum && checksum.Algorithm.Equals(algorithm, StringComparison.OrdinalIgnoreCase) ? checksum : null;

    /// <summary>By its length: 64 digits are SHA-256, 128 are SHA-512; null where it is neither.</summary>
    public static ImageChecksum? OfHex(string hex) => !hex.All(char.IsAsciiHexDigit) ? null : hex.Length switch
    {
        64 => new ImageChecksum("sha256", hex.ToLowerInvariant()),
        128 => new ImageChecksum("sha512", hex.ToLowerInvariant()),
        _ => null,
    };

    /// <summary>Finds a file's in a list such as SHA256SUMS; null where it is not there.</summary>
    /// <param name="list">Lines of sha256sum(1), <c>HEX  NAME</c> and <c>HEX *NAME</c>, or of BSD: <c>SHA256 (NAME) = HEX</c>.</param>
    /// <param name="file">The file's name; folders before it in the list say nothing.</param>
    public static ImageChecksum? Find(string list, string file)
    {
        foreach (var line in list.Split('\n').Select(static line => line.Trim()))
        {
            if (line.StartsWith("SHA", StringComparison.Ordinal) && line.IndexOf(" (", StringComparison.Ordinal) is > 0 and var open && line.LastIndexOf(") = ", StringComparison.Ordinal) is var close && close > open)
            {
                if (IsNamed(line[(open + 2)..close], file) && OfHex(line[(close + 4)..]) is { } found)
                {
                    return found;
                }
            }
            else if (line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end && OfHex(line[..end]) is { } first && IsNamed(line[end..].TrimStart(' ').TrimStart('*'), file))
            {
                return first;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Algorithm}:{Hex}";

    private static bool IsNamed(string path, string file) => path[(path.LastIndexOf('/') + 1)..] == file;
}
