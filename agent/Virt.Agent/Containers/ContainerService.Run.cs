using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>Runs a command in a running container, as its own user, for the agent itself.</summary>
    /// <param name="id">The container.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Variables over the container's own; null: none.</param>
    /// <param name="timeout">It is killed after that.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="VirtException">NotFound (also of the program); WrongState; Timeout.</exception>
    public Task<ShellResult> RunAsync(Guid id, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment, TimeSpan timeout, CancellationToken cancellation) =>
        RunInAsync(Find("run a command in", id, ""), command, environment, null, timeout, cancellation);

    private async Task<ShellResult> RunInAsync(
        ContainerEntry entry, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment, byte[]? input, TimeSpan timeout, CancellationToken cancellation)
    {
        var request = new InvokeContainerCommand
        {
            Command = [.. command],
            Environment = environment is null ? [] : new Dictionary<string, string>(environment, StringComparer.Ordinal),
            HasInput = input is not null,
        };
        CheckCommand(entry.Name, request);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timer.CancelAfter(timeout);
        var (outputRead, outputWrite) = FileHandles.CreatePipe();
        var (errorRead, errorWrite) = FileHandles.CreatePipe();
        await using var output = Tool.ReadingStream(outputRead);
        await using var error = Tool.ReadingStream(errorRead);
        var (feed, process, group) = await EnterAsync(entry, request, outputWrite, errorWrite, new Call(NoSink.Instance, "", whatIf: false, cancellation)).ConfigureAwait(false);
        using (group)
        using (process)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(timer.Token);
            var texts = (Output: new BoundedOutput(), Error: new BoundedOutput());
            await using var kill = timer.Token.Register(() => Kill(process, group)).ConfigureAwait(false);
            var feeding = feed is null ? Task.CompletedTask : WriteAsync(feed, input!, ended.Token);
            await Task.WhenAll(PumpAsync(output, process, bytes => Keep(texts.Output, bytes)), PumpAsync(error, process, bytes => Keep(texts.Error, bytes))).ConfigureAwait(false);
            var status = await process.Exited.ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await feeding.ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            ThrowIfTimedOut(entry, command[0], timeout, timer, status);
            return new ShellResult(status.Code ?? 255, texts.Output.ToString(), texts.Error.ToString());
        }

        static ValueTask Keep(BoundedOutput text, ReadOnlyMemory<byte> bytes)
        {
            text.Write(bytes.Span);
            return default;
        }
    }

    private static async Task WriteAsync(Stream stream, byte[] input, CancellationToken cancellation)
    {
        await using (stream)
        {
            try
            {
                await stream.WriteAsync(input, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The command has closed its input, or has ended.
            }
        }
    }
}
