using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Virt.Agent.Images.Oci;

/// <summary>The name of some content: <c>sha256:</c> and the 64 hexadecimal digits of its hash, in lower case.</summary>
/// <remarks>OCI image specification, descriptor.md, Digests. Other algorithms are registered there; no registry or tool makes any but this one unless it is told to.</remarks>
public sealed record Digest
{
    /// <summary>What stands before the digits.</summary>
    public const string Prefix = "sha256:";

    private const int Digits = 64;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private Digest(string hex) => Hex = hex;

    /// <summary>The digits alone, as files are named.</summary>
    public string Hex { get; }

    /// <summary>The first twelve digits, as people read them.</summary>
    public string Short => Hex[..12];

    /// <summary>Reads a digest.</summary>
    /// <exception cref="FormatException">It is none, or of another algorithm.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"'{text}' is no digest; {Prefix} and {Digits} hexadecimal digits in lower case are required");

    /// <summary>Reads a digest; false where it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = text is not null && text.Length == Prefix.Length + Digits && text.StartsWith(Prefix, StringComparison.Ordinal) && text.AsSpan(Prefix.Length).IndexOfAnyExcept(LowerHex) < 0
            ? new Digest(text[Prefix.Length..])
            : null;
        return digest is not null;
    }

    /// <summary>The digest of some bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>The digest of what was hashed so far; the hash begins anew.</summary>
    public static Digest Of(IncrementalHash hash) => new(Convert.ToHexStringLower(hash.GetHashAndReset()));

    /// <summary>The digest of a layer and all below it, which names what a container sees: OCI image specification, config.md, Layer ChainID.</summary>
    /// <param name="diffIds">The layers' digests, the lowest first; one at least.</param>
    public static Digest Chain(ReadOnlySpan<Digest> diffIds)
    {
        var chain = diffIds[0];
        foreach (var layer in diffIds[1..])
        {
            chain = Of(System.Text.Encoding.ASCII.GetBytes($"{chain} {layer}"));
        }

        return chain;
    }

    /// <summary>The whole digest, with its algorithm.</summary>
    public override string ToString() => Prefix + Hex;
}
