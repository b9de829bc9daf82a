using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Storage;

/// <content>Disk images by themselves, in any format. Every method is told the format: an image's content must not decide how it is read.</content>
public sealed partial class QemuImg
{
    private const int NoChecks = 63; // qemu-img(1): the format does not support checks

    private static readonly string[] Shared = ["--force-share"];

    /// <summary>Reads what an image says of itself, whatever uses it.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<DiskInfo> InfoAsync(string path, string format, CancellationToken cancellation) =>
        ReadInfo((await RunAsync(path, ["info", "--output=json", "--force-share", "-f", format, path], cancellation).ConfigureAwait(false)).Output);

    /// <summary>Makes a blank image.</summary>
    /// <param name="path">Its path; there must be nothing there.</param>
    /// <param name="format">Its format.</param>
    /// <param name="options">What else it shall be: see <c>qemu-img create -o help</c>.</param>
    /// <param name="sizeBytes">The disk as a guest sees it, a multiple of 512.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    public Task CreateAsync(string path, string format, IReadOnlyList<string> options, long sizeBytes, CancellationToken cancellation) =>
        CreateAsync(path, ["create", "-q", "-f", format, .. Options(options), path, FormattableString.Invariant($"{sizeBytes}")], cancellation);

    /// <summary>Makes a qcow2 image that keeps only what differs from another.</summary>
    /// <param name="path">Its path; there must be nothing there.</param>
    /// <param name="backingPath">The image that must not change from now on.</param>
    /// <param name="backingFormat">That one's format.</param>
    /// <param name="sizeBytes">The disk as a guest sees it.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    public Task CreateDifferencingAsync(string path, string backingPath, string backingFormat, long sizeBytes, CancellationToken cancellation) =>
        CreateAsync(path, ["create", "-q", "-f", "qcow2", "-b", backingPath, "-F", backingFormat, path, FormattableString.Invariant($"{sizeBytes}")], cancellation);

    /// <summary>Makes a disk larger or smaller, in place.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format: <c>qcow2</c> or <c>raw</c>.</param>
    /// <param name="sizeBytes">The disk as a guest shall see it.</param>
    /// <param name="isShrinking">Let it lose what is beyond the new end.</param>
    /// <param name="isFixed">Give it the blocks of what is new.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task ResizeAsync(string path, string format, long sizeBytes, bool isShrinking, bool isFixed, CancellationToken cancellation)
    {
        string[] more = isShrinking ? ["--shrink"] : isFixed ? ["--preallocation=falloc"] : [];
        return RunAsync(path, ["resize", "-q", .. more, "-f", format, path, FormattableString.Invariant($"{sizeBytes}")], cancellation);
    }

    /// <summary>Writes what an image and everything below it hold into a new one. Its progress comes on standard output.</summary>
    /// <param name="path">The image that is read.</param>
    /// <param name="format">Its format.</param>
    /// <param name="newPath">The new one's path.</param>
    /// <param name="newFormat">The new one's format.</param>
    /// <param name="options">What else the new one shall be.</param>
    /// <param name="backing">The image, and its format, that the new one too keeps only the difference from; null: it is whole.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    public Task ConvertAsync(string path, string format, string newPath, string newFormat, IReadOnlyList<string> options, (string Path, string Format)? backing, CancellationToken cancellation)
    {
        string[] below = backing is var (backingPath, backingFormat) ? ["-B", backingPath, "-F", backingFormat] : [];
        return RunAsync(path, ["convert", "-p", "-f", format, "-O", newFormat, .. below, .. Options(options), path, newPath], cancellation);
    }

    /// <summary>Writes what an image has, and what stands between, into one that it stands on. May be repeated from anywhere in it; the image reads the same all the time.</summary>
    /// <param name="path">The image on top, of the format qcow2.</param>
    /// <param name="basePath">The one below, as the image above it names it.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task CommitIntoAsync(string path, string basePath, CancellationToken cancellation) =>
        RunAsync(path, ["commit", "-p", "-d", "-f", "qcow2", "-b", basePath, path], cancellation);

    /// <summary>How many bytes a qcow2 image would take that holds what an image and everything below it hold: about as many as one of any other format that grows.</summary>
    public async Task<long> MeasureAsync(string path, string format, CancellationToken cancellation)
    {
        // Some formats have no figures; what they take by themselves is near enough.
        var result = await tools.RunAsync(program, ["measure", "--output=json", "--force-share", "-f", format, "-O", "qcow2", path], cancellation).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            return (await InfoAsync(path, format, cancellation).ConfigureAwait(false)).AllocatedBytes;
        }

        using var json = JsonDocument.Parse(result.Output);
        return json.RootElement.GetProperty("required").GetInt64();
    }

    /// <summary>Looks through an image's tables, and mends them. Takes as long as reading them takes.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="isRepairing">Mend what can be mended; nobody may be using it then.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Null where the format has nothing that could be checked.</returns>
    public async Task<DiskCheck?> CheckAsync(string path, string format, bool isRepairing, CancellationToken cancellation)
    {
        string[] how = isRepairing ? ["-r", "all"] : Shared;
        var result = await tools.RunAsync(program, ["check", "--output=json", .. how, "-f", format, path], cancellation).ConfigureAwait(false);
        if (result.ExitCode == NoChecks)
        {
            return null;
        }

        // How vmdk says that the file ends too early.
        if (result.Error.Contains("Check failed:", StringComparison.Ordinal))
        {
            return new DiskCheck(1, 0);
        }

        if (result.ExitCode is not (0 or 2 or 3) || !result.Output.TrimStart().StartsWith('{'))
        {
            throw Translate(path, ErrorOf(result));
        }

        using var json = JsonDocument.Parse(result.Output);
        var root = json.RootElement;
        return new DiskCheck(Count(root, "corruptions") + Count(root, "check-errors"), Count(root, "leaks"))
        {
            Repaired = Count(root, "corruptions-fixed") + Count(root, "leaks-fixed"),
        };
    }

    private static string[] Options(IReadOnlyList<string> options) => options.Count == 0 ? [] : ["-o", string.Join(',', options)];
}
