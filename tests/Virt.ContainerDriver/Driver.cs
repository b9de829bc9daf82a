using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.ContainerDriver;

/// <summary>
/// What only other services of the agent can ask of its containers, asked from a command line: <c>build ID SCRIPT</c> and the like, one answer a line.
/// It is an agent without a socket, and ends at a fault point as one does.
/// </summary>
internal sealed class Driver(ContainerService containers)
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal) { ["patched"] = "yes" };
    private string last = "";

    public async Task<string> RunAsync(string[] words)
    {
        var id = Guid.Parse(words[1]);
        var call = new Call(NoSink.Instance, "driver", whatIf: false, default);
        var clock = Stopwatch.StartNew();
        switch (words[0])
        {
            case "run":
                return Text(await containers.RunAsync(id, words[3..], null, Milliseconds(words[2]), default).ConfigureAwait(false));
            case "look":
                return Text(await containers.InThrowAwayAsync(id, (shell, cancellation) => ShellAsync(shell, words[2], cancellation), call).ConfigureAwait(false));
            case "build":
                var worked = TimeSpan.Zero;
                var layer = await containers.BuildLayerAsync(id, Labels, WorkAsync, call).ConfigureAwait(false);
                last = layer?.Digest ?? "";
                return layer is null ? "nothing" : Line(layer.Digest, layer.FileCount, layer.SizeBytes, clock.Elapsed.TotalMilliseconds, worked.TotalMilliseconds);

                async Task WorkAsync(ContainerShell shell, CancellationToken cancellation)
                {
                    var work = Stopwatch.StartNew();
                    var result = await ShellAsync(shell, words[2], cancellation).ConfigureAwait(false);
                    worked = work.Elapsed;
                    if (result.ExitCode != 0)
                    {
                        throw new VirtException(ErrorCode.Internal, "WorkFailed", Text(result), words[2]);
                    }
                }

            case "digest":
                return containers.ImageDigestOf(id);
            case "replace":
                return Line(await containers.ReplaceAsync(id, words[2] switch { "-" => null, "last" => last, var digest => digest }, Labels, call).ConfigureAwait(false));
            case "putback":
                return Line(await containers.PutBackAsync(id, call).ConfigureAwait(false));
            case "discard":
                await containers.DiscardPreviousAsync(id).ConfigureAwait(false);
                return "discarded";
            case "discard-layer":
                await containers.DiscardLayerAsync(id).ConfigureAwait(false);
                return "discarded";
            case "hash":
                var entries = FileTree.Entries(words[2]);
                var walked = clock.Elapsed;
                var hash = TreeDigest.Compute(words[2], entries, "");
                return Line(entries.Count, walked.TotalMilliseconds, (clock.Elapsed - walked).TotalMilliseconds, hash);
            case "tcp":
                return Line(await containers.ProbeTcpAsync(id, int.Parse(words[2], CultureInfo.InvariantCulture), Milliseconds(words[3]), default).ConfigureAwait(false));
            case "http":
                return Line(await containers.ProbeHttpAsync(id, new Uri(words[2]), Milliseconds(words[3]), default).ConfigureAwait(false));
            default:
                throw new ArgumentException($"Unknown word '{words[0]}'.");
        }
    }

    private static Task<ShellResult> ShellAsync(ContainerShell shell, string script, CancellationToken cancellation) =>
        shell.RunAsync(["/bin/sh", "-c", script], timeout: TimeSpan.FromMinutes(1), cancellation: cancellation);

    private static TimeSpan Milliseconds(string text) => TimeSpan.FromMilliseconds(int.Parse(text, CultureInfo.InvariantCulture));

    private static string Text(ShellResult result) => $"{result.ExitCode} {result.Output.Trim().Replace('\n', '|')} {result.Error.Trim().Replace('\n', '|')}".TrimEnd();

    private static string Line(ProbeResult result) => $"{result.Succeeded} {result.Message}";

    private static string Line(ContainerReplacement r) =>
        Line(r.Generation, r.Former, r.WasRunning, r.Downtime.TotalMilliseconds, r.FilesLeftBehind.FileCount, r.FilesLeftBehind.Bytes);

    private static string Line(params object[] parts) => string.Join(' ', parts.Select(static part => part is double number ? number.ToString("0.0", CultureInfo.InvariantCulture) : part.ToString()));
}
