using System;
using System.IO;
using System.Security.Cryptography;
using Virt.Agent.Images.Oci;
using Virt.Linux.Files;

namespace Virt.Agent.Images.Build;

/// <summary>Writes to another stream and hashes what passes by.</summary>
/// <param name="inner">Where the bytes go; the caller's.</param>
internal sealed class DigestWriteStream(Stream inner) : WriteOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The digest of all that was written.</summary>
    public Digest Finish() => Digest.Of(hash);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        hash.AppendData(buffer);
        inner.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
