using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Pipes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;

namespace Virt.Linux.Processes;

/// <summary>Short programs, such as qemu-img: started by the keeper, their output read to the end.</summary>
public static class Tool
{
    private const int Kill = 9;
    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Runs a program as root and waits for its end.</summary>
    /// <param name="keeper">Who starts it.</param>
    /// <param name="arguments">The program, a path or a name to be searched for, and its arguments.</param>
    /// <param name="id">Names it for the keeper's list; all zeros: it has a name of its own.</param>
    /// <param name="onOutput">Is told what it writes to standard output as it comes; null: nobody is.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="LaunchException">It cannot be started.</exception>
    /// <exception cref="OperationCanceledException">It was killed.</exception>
    public static Task<ToolResult> RunToolAsync(this Keeper keeper, IReadOnlyList<string> arguments, Guid id = default, Action<ReadOnlyMemory<byte>>? onOutput = null, CancellationToken cancellation = default) =>
        keeper.RunToolAsync(
            new LaunchSpec
            {
                Id = id == Guid.Empty ? Guid.NewGuid() : id,
                Arguments = arguments,
                Programs = FindPrograms(arguments[0], SearchPath),
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = SearchPath, ["LC_ALL"] = "C.UTF-8" },
                Capabilities = ulong.MaxValue,
                NoNewPrivileges = false,
            },
            onOutput,
            cancellation);

    /// <summary>Runs a program as described, but for its output and error, which are read here.</summary>
    /// <inheritdoc cref="RunToolAsync(Keeper, IReadOnlyList{string}, Guid, Action{ReadOnlyMemory{byte}}, CancellationToken)"/>
    public static async Task<ToolResult> RunToolAsync(this Keeper keeper, LaunchSpec spec, Action<ReadOnlyMemory<byte>>? onOutput = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var (outputRead, outputWrite) = FileHandles.CreatePipe();
        var (errorRead, errorWrite) = FileHandles.CreatePipe();
        await using var output = ReadingStream(outputRead);
        await using var error = ReadingStream(errorRead);
        KeptProcess process;
        using (outputWrite)
        using (errorWrite)
            process = await keeper.LaunchAsync(spec with { Output = outputWrite, Error = errorWrite });
        using (process)
        {
            using var killing = cancellation.Register(() => process.Signal(Kill));
            var outputBytes = ReadToEndAsync(output, onOutput);
            var errorBytes = ReadToEndAsync(error, null);
            var status = await process.Exited;
            cancellation.ThrowIfCancellationRequested();
            return new ToolResult(status, await outputBytes, await errorBytes);
        }
    }

    /// <summary>The paths where execvp(3) would look for a program.</summary>
    /// <param name="name">With a slash in it, it is the path.</param>
    /// <param name="searchPath">As in PATH.</param>
    public static IReadOnlyList<string> FindPrograms(string name, string searchPath)
    {
        if (name.Contains('/'))
            return [name];
        var found = new List<string>();
        foreach (var folder in searchPath.Split(':'))
            found.Add(folder.Length == 0 ? name : $"{folder.TrimEnd('/')}/{name}");
        return found;
    }

    /// <summary>The reading end of a pipe as a stream that waits without a thread. The stream owns the handle.</summary>
    public static Stream ReadingStream(SafeFileHandle pipe) => new AnonymousPipeClientStream(PipeDirection.In, Take(pipe));

    /// <summary>The writing end of a pipe as a stream. The stream owns the handle.</summary>
    public static Stream WritingStream(SafeFileHandle pipe) => new AnonymousPipeClientStream(PipeDirection.Out, Take(pipe));

    /// <summary>True where a pipe's stream has bytes that nobody has read yet, however long a reader takes to be told (FIONREAD of ioctl(2)).</summary>
    public static unsafe bool HasBytes(Stream stream)
    {
        // SAFETY: the pointer is to this frame's stack.
        const uint Readable = 0x541B; // FIONREAD
        var count = 0;
        return stream is PipeStream pipe && Libc.ioctl((int)pipe.SafePipeHandle.DangerousGetHandle(), Readable, &count) == 0 && count > 0;
    }

    private static SafePipeHandle Take(SafeFileHandle pipe)
    {
        var handle = new SafePipeHandle(pipe.DangerousGetHandle(), ownsHandle: true);
        pipe.SetHandleAsInvalid();
        return handle;
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream, Action<ReadOnlyMemory<byte>>? onPart)
    {
        using var all = new MemoryStream();
        if (onPart is null)
        {
            await stream.CopyToAsync(all);
            return all.ToArray();
        }
        var buffer = new byte[4096];
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            all.Write(buffer, 0, count);
            onPart(buffer.AsMemory(0, count));
        }
        return all.ToArray();
    }
}
