using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;

namespace Virt.Agent.Storage;

/// <summary>Makes and examines disk images by qemu-img(1). Every method throws <see cref="DiskException"/> where the image is at fault.</summary>
/// <param name="tools">Runs qemu-img.</param>
/// <param name="program">Its path, or its name to be searched for at each run.</param>
public sealed partial class QemuImg(IToolRunner tools, string program)
{
    /// <summary>Makes a blank qcow2 image that grows as it is written.</summary>
    /// <param name="path">Its path; there must be nothing there.</param>
    /// <param name="sizeBytes">The disk as the guest sees it, a multiple of 512.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    public Task CreateAsync(string path, long sizeBytes, CancellationToken cancellation) =>
        CreateAsync(path, ["create", "-q", "-f", "qcow2", path, FormattableString.Invariant($"{sizeBytes}")], cancellation);

    /// <summary>Makes a qcow2 image that keeps only what differs from another.</summary>
    /// <param name="path">Its path; there must be nothing there.</param>
    /// <param name="backingPath">The qcow2 image that must not change from now on.</param>
    /// <param name="sizeBytes">The disk as the guest sees it; null: as large as the other.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    public Task CreateChildAsync(string path, string backingPath, long? sizeBytes, CancellationToken cancellation)
    {
        List<string> arguments = ["create", "-q", "-f", "qcow2", "-b", backingPath, "-F", "qcow2", path];
        if (sizeBytes is { } size)
        {
            arguments.Add(FormattableString.Invariant($"{size}"));
        }

        return CreateAsync(path, arguments, cancellation);
    }

    /// <summary>Makes a qcow2 image that keeps only what differs from another, which may be in use: it is not opened.</summary>
    /// <param name="path">Its path; there must be nothing there.</param>
    /// <param name="backingPath">The image that must not change from now on.</param>
    /// <param name="backingFormat">That one's format.</param>
    /// <param name="sizeBytes">That one's size as a guest sees it.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    public Task CreateOverlayAsync(string path, string backingPath, string backingFormat, long sizeBytes, CancellationToken cancellation) =>
        CreateAsync(path, ["create", "-q", "-u", "-f", "qcow2", "-b", backingPath, "-F", backingFormat, path, FormattableString.Invariant($"{sizeBytes}")], cancellation);

    /// <summary>Writes what an image has into the one that it is a child of. May be repeated from anywhere in it; the child reads the same all the time.</summary>
    /// <param name="path">The child.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="chain">The same with all that it stands on (<see cref="DiskChain"/>), where something of that is in use by others; null: it is not.</param>
    public Task CommitAsync(string path, CancellationToken cancellation, string? chain = null) =>
        RunAsync(path, chain is null ? ["commit", "-q", "-d", "-f", "qcow2", path] : ["commit", "-q", "-d", chain], cancellation);

    /// <summary>Writes all that a guest would read from an image, and from all below it, into one new qcow2 image; it is on the host's disk afterwards. The image must not change meanwhile; others may read it.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="target">The new image's path; there must be nothing there.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    public async Task FlattenAsync(string path, string format, string target, CancellationToken cancellation)
    {
        await CreateAsync(target, ["convert", "-q", "-U", "-f", format, "-O", "qcow2", path, target], cancellation).ConfigureAwait(false);
        await FlushAsync(target).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes what a guest would read otherwise from an image than from one that it stands on into one new qcow2 image, which itself names none; it is on the host's disk afterwards. Nothing of both may
    /// change meanwhile; others may have them open, for writing too.
    /// </summary>
    /// <param name="layers">The image and all that it stands on, the nearest first.</param>
    /// <param name="sizeBytes">Its size as a guest sees it.</param>
    /// <param name="since">Which of them is the other one; the first: there is no difference.</param>
    /// <param name="target">The new image's path; there must be nothing there.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    public async Task WriteDifferenceAsync(IReadOnlyList<(string Path, string Format)> layers, long sizeBytes, int since, string target, CancellationToken cancellation)
    {
        await CreateOverlayAsync(target, layers[0].Path, layers[0].Format, sizeBytes, cancellation).ConfigureAwait(false);
        var chain = DiskChain.NameOf([(target, "qcow2", false), .. layers.Select(static layer => (layer.Path, layer.Format, true))]);

        // What no layer between them has is not even read (qemu-img(1), rebase, safe mode).
        await RunAsync(target, ["rebase", "-q", "-U", "-b", layers[since].Path, "-F", layers[since].Format, chain], cancellation).ConfigureAwait(false);
        await RunAsync(target, ["rebase", "-q", "-u", "-f", "qcow2", "-b", "", target], cancellation).ConfigureAwait(false);
        await FlushAsync(target).ConfigureAwait(false);
    }

    /// <summary>Copies an image as the file that it is, sharing its blocks where the file system can; what it stands on, which others may have open, is not touched. The copy is on the host's disk afterwards.</summary>
    /// <param name="path">The image; nobody may write to it meanwhile.</param>
    /// <param name="target">The copy's path; there must be nothing there.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    public async Task CopyAsync(string path, string target, CancellationToken cancellation)
    {
        await InfoAsync(path, inUse: false, cancellation).ConfigureAwait(false);
        if (Path.Exists(target))
        {
            throw new DiskException(DiskProblem.Exists, target, "there is a file of that name already");
        }

        var result = await tools.RunAsync("cp", ["--reflink=auto", "--sparse=auto", "--no-target-directory", "--", path, target], cancellation).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw Translate(target, ErrorOf(result));
        }

        await FlushAsync(target).ConfigureAwait(false);
    }

    private static async Task FlushAsync(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        await Task.Run(() => RandomAccess.FlushToDisk(file), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Names another image as the one that an image is a child of, which must read the same.</summary>
    public Task RebaseAsync(string path, string backingPath, string backingFormat, CancellationToken cancellation) =>
        RunAsync(path, ["rebase", "-q", "-u", "-f", "qcow2", "-b", backingPath, "-F", backingFormat, path], cancellation);

    /// <summary>Gives back clusters of a qcow2 image that nothing uses, such as a killed QEMU leaves behind.</summary>
    /// <param name="path">The image.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="chain">As for <see cref="CommitAsync"/>.</param>
    public async Task FreeLeaksAsync(string path, CancellationToken cancellation, string? chain = null)
    {
        // qemu-img(1): 0 nothing left to do, 3 leaks that it could not free.
        var result = await tools.RunAsync(program, ["check", "-q", "-r", "leaks", chain ?? path], cancellation).ConfigureAwait(false);
        if (result.ExitCode is not (0 or 3))
        {
            throw Translate(path, ErrorOf(result));
        }
    }

    /// <summary>Reads what an image says of itself.</summary>
    /// <param name="path">The image.</param>
    /// <param name="inUse">True: a VM may be writing to it; the figures may be a moment old. False: that is an error (InUse).</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<DiskInfo> InfoAsync(string path, bool inUse, CancellationToken cancellation)
    {
        var result = await RunAsync(path, ["info", "--output=json", .. inUse ? Shared : [], path], cancellation).ConfigureAwait(false);
        return ReadInfo(result.Output);
    }

    /// <summary>Looks through a qcow2 image's tables. Takes as long as reading them takes. No VM may be using it.</summary>
    public Task<DiskCheck> CheckAsync(string path, CancellationToken cancellation) => CheckAsync(path, ["check", "--output=json", path], cancellation);

    /// <summary>The same for a qcow2 image that others have open and nobody writes to; what it stands on is not opened.</summary>
    public Task<DiskCheck> CheckQuietAsync(string path, CancellationToken cancellation) => CheckAsync(path, ["check", "--output=json", .. Shared, DiskChain.AloneOf(path)], cancellation);

    private async Task<DiskCheck> CheckAsync(string path, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        // qemu-img(1): 0 sound, 2 corruptions, 3 leaks only; 1 the check itself could not be done.
        var result = await tools.RunAsync(program, arguments, cancellation).ConfigureAwait(false);
        if (result.ExitCode is not (0 or 2 or 3))
        {
            throw Translate(path, result.LastErrorLine);
        }

        using var json = JsonDocument.Parse(result.Output);
        return new DiskCheck(Count(json.RootElement, "corruptions") + Count(json.RootElement, "check-errors"), Count(json.RootElement, "leaks"));
    }

    private static long Count(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static DiskInfo ReadInfo(string text)
    {
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        var data = root.TryGetProperty("format-specific", out var specific) && specific.TryGetProperty("data", out var found) ? found : default;
        return new DiskInfo(
            root.GetProperty("format").GetString()!,
            root.GetProperty("virtual-size").GetInt64(),
            Count(root, "actual-size"),
            Text(root, "full-backing-filename"),
            data.ValueKind == JsonValueKind.Object && data.TryGetProperty("corrupt", out var corrupt) && corrupt.GetBoolean())
        {
            BackingFormat = Text(root, "backing-filename-format"),
            BlockBytes = Count(root, "cluster-size"),
            OtherFiles = ReadOtherFiles(data),
            HasSnapshots = root.TryGetProperty("snapshots", out var snapshots) && snapshots.GetArrayLength() > 0,
            IsEncrypted = root.TryGetProperty("encrypted", out var encrypted) && encrypted.GetBoolean(),
        };
    }

    // A qcow2 image may keep its data in another file, a vmdk image is a list of them, of which the first may be itself.
    private static string[] ReadOtherFiles(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        if (Text(data, "data-file") is { } file)
        {
            return [file];
        }

        return data.TryGetProperty("extents", out var extents) ? [.. extents.EnumerateArray().Select(static extent => Text(extent, "filename") ?? "")] : [];
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static DiskException Translate(string path, string error)
    {
        // "qemu-img: Could not open 'x': Could not open 'x': No such file or directory"
        var detail = error.StartsWith("qemu-img: ", StringComparison.Ordinal) ? error["qemu-img: ".Length..] : error;
        var problem = detail switch
        {
            _ when Has("No such file or directory") => DiskProblem.Missing,
            _ when Has("\" lock") || Has("Is another process using") => DiskProblem.InUse,
            _ when Has("No space left on device") || Has("Disk quota exceeded") => DiskProblem.NoSpace,
            _ when Has("Could not open") && !Has("Permission denied") => DiskProblem.Damaged,
            _ => DiskProblem.Other,
        };
        return new DiskException(problem, path, detail);

        bool Has(string text) => detail.Contains(text, StringComparison.Ordinal);
    }

    private async Task CreateAsync(string path, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        // qemu-img would write over it.
        if (Path.Exists(path))
        {
            throw new DiskException(DiskProblem.Exists, path, "there is a file of that name already");
        }

        await RunAsync(path, arguments, cancellation).ConfigureAwait(false);
    }

    private async Task<ToolResult> RunAsync(string path, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var result = await tools.RunAsync(program, arguments, cancellation).ConfigureAwait(false);
        return result.ExitCode == 0 ? result : throw Translate(path, ErrorOf(result));
    }

    // The lock's error has a second line that only asks a question.
    private static string ErrorOf(ToolResult result) =>
        result.LastErrorLine.StartsWith("Is another process using", StringComparison.Ordinal) ? result.Error.ReplaceLineEndings(" ").Trim() : result.LastErrorLine;
}
