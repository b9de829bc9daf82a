using System.Runtime.InteropServices;

namespace Virt.Linux.Files;

/// <summary>libzstd's functions, by their own names (zstd.h). It is dpkg's own, and loaded when it is first needed.</summary>
internal static unsafe partial class Libzstd
{
    internal const string Name = "libzstd.so.1";

    // ZSTD_cParameter and ZSTD_EndDirective.
    internal const int ZSTD_c_compressionLevel = 100, ZSTD_c_checksumFlag = 201;
    internal const int ZSTD_e_continue = 0, ZSTD_e_end = 2;

    [LibraryImport(Name)]
    internal static partial nint ZSTD_createDStream();

    [LibraryImport(Name)]
    internal static partial nuint ZSTD_freeDStream(nint context);

    [LibraryImport(Name)]
    internal static partial nuint ZSTD_decompressStream(nint context, Buffer* output, Buffer* input);

    [LibraryImport(Name)]
    internal static partial nint ZSTD_createCCtx();

    [LibraryImport(Name)]
    internal static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport(Name)]
    internal static partial nuint ZSTD_CCtx_setParameter(nint context, int parameter, int value);

    [LibraryImport(Name)]
    internal static partial nuint ZSTD_compressStream2(nint context, Buffer* output, Buffer* input, int end);

    [LibraryImport(Name)]
    internal static partial uint ZSTD_isError(nuint result);

    [LibraryImport(Name)]
    internal static partial nint ZSTD_getErrorName(nuint result);

    // ZSTD_inBuffer and ZSTD_outBuffer.
    [StructLayout(LayoutKind.Sequential)]
    internal struct Buffer
    {
        public byte* Bytes;
        public nuint Size;
        public nuint Position;
    }
}
