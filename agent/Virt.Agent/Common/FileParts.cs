using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>Files and folders that come as standard input: parts, each behind its length.</summary>
internal static class FileParts
{
    /// <summary>How many bytes of a file a part has at most.</summary>
    public const int Chunk = 256 * 1024;

    /// <summary>The parts in their order. None but data is without a path, and no path leads out of what is copied.</summary>
    /// <param name="call">Whose standard input it is.</param>
    /// <param name="refuse">Makes the error of a cause.</param>
    public static async IAsyncEnumerable<FilePart> ReadAsync(Call call, Func<string, VirtException> refuse)
    {
        var waiting = new List<byte>();
        ReadOnlyMemory<byte> bytes;
        while ((bytes = await call.ReadInputAsync(call.Cancellation).ConfigureAwait(false)).Length > 0)
        {
            waiting.AddRange(bytes.Span);
            var at = 0;
            while (waiting.Count - at >= sizeof(int))
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian([.. waiting.GetRange(at, sizeof(int))]);
                if (length is <= 0 or > 2 * Chunk)
                {
                    throw refuse($"a part of {length} bytes came");
                }

                if (waiting.Count - at - sizeof(int) < length)
                {
                    break;
                }

                var part = FilePart.WireFormat.Decode([.. waiting.GetRange(at + sizeof(int), length)]);
                yield return part.Kind == FileKind.Data || IsPlain(part.Path) ? part : throw refuse($"'{part.Path}' is no name of a file");
                at += sizeof(int) + length;
            }

            waiting.RemoveRange(0, at);
        }

        if (waiting.Count > 0)
        {
            throw refuse("it ended in the middle of a part");
        }
    }

    private static bool IsPlain(string path) => !path.Contains('\0', StringComparison.Ordinal) && path.Split('/').All(static name => name is not ("" or "." or ".."));
}
