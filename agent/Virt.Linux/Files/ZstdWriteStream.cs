using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Virt.Linux.Files;

/// <summary>Compresses what is written into it by zstd, into one frame with a checksum: RFC 8878, and zstd.h, Streaming compression. The same bytes give the same bytes, whatever pieces they come in.</summary>
public sealed unsafe class ZstdWriteStream : WriteOnlyStream
{
    // SAFETY: the buffers that the library is given are pinned until its call has returned, and the context is used by one thread at a time.
    private const int Chunk = 128 * 1024;
    private const int Level = 3; // ZSTD_CLEVEL_DEFAULT

    private readonly Stream inner;
    private readonly byte[] output = new byte[Chunk];
    private nint context;

    /// <param name="inner">Where the compressed bytes go; the caller's.</param>
    /// <exception cref="DllNotFoundException">The host has no libzstd.so.1.</exception>
    public ZstdWriteStream(Stream inner)
    {
        this.inner = inner;
        context = Libzstd.ZSTD_createCCtx();
        Check(Libzstd.ZSTD_CCtx_setParameter(context, Libzstd.ZSTD_c_compressionLevel, Level));
        Check(Libzstd.ZSTD_CCtx_setParameter(context, Libzstd.ZSTD_c_checksumFlag, 1));
    }

    /// <summary>True where the host can compress so.</summary>
    public static bool IsAvailable => NativeLibrary.TryLoad(Libzstd.Name, out _);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(context == 0, this);
        Compress(buffer, Libzstd.ZSTD_e_continue);
    }

    /// <summary>Nothing: what is not compressed yet would make the frame another one.</summary>
    public override void Flush()
    {
    }

    /// <summary>Ends the frame.</summary>
    protected override void Dispose(bool disposing)
    {
        if (context != 0)
        {
            try
            {
                if (disposing)
                {
                    Compress([], Libzstd.ZSTD_e_end);
                }
            }
            finally
            {
                _ = Libzstd.ZSTD_freeCCtx(context);
                context = 0;
            }
        }

        base.Dispose(disposing);
    }

    private void Compress(ReadOnlySpan<byte> buffer, int end)
    {
        var source = new Libzstd.Buffer { Size = (nuint)buffer.Length };
        nuint left;
        do
        {
            fixed (byte* from = buffer, to = output)
            {
                source.Bytes = from;
                var target = new Libzstd.Buffer { Bytes = to, Size = Chunk };
                left = Check(Libzstd.ZSTD_compressStream2(context, &target, &source, end));
                inner.Write(output, 0, (int)target.Position);
            }
        }
        while (end == Libzstd.ZSTD_e_end ? left != 0 : source.Position < source.Size);
    }

    private static nuint Check(nuint result) =>
        Libzstd.ZSTD_isError(result) == 0 ? result : throw new InvalidOperationException($"zstd says '{Marshal.PtrToStringUTF8(Libzstd.ZSTD_getErrorName(result))}'");
}
