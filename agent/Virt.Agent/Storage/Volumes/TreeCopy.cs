using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Storage.Volumes;

/// <summary>Copies trees and archives as they are: owners, permissions, links, holes, extended attributes, by cp(1) and tar(1).</summary>
/// <param name="tools">Runs them.</param>
/// <param name="errorId">The id of an error that has no other.</param>
internal sealed class TreeCopy(IToolRunner tools, string errorId = "VolumeNotCopied")
{
    /// <summary>Copies what a folder holds, sharing its blocks where the file system can (FICLONE: btrfs, xfs).</summary>
    /// <param name="action">What it is done for, as an error's beginning.</param>
    /// <param name="name">The volume or container.</param>
    /// <param name="source">The folder.</param>
    /// <param name="target">Another, on the same file system, made by this.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>True where the blocks are shared.</returns>
    /// <exception cref="VirtException">ResourceExhausted; Internal.</exception>
    public async Task<bool> CopyAsync(string action, string name, string source, string target, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var isShared = await CanShareAsync(Path.GetDirectoryName(target)!, cancellation).ConfigureAwait(false);
        await RunAsync(action, name, "cp", ["--archive", isShared ? "--reflink=always" : "--reflink=never", "--no-target-directory", "--", source, target], cancellation).ConfigureAwait(false);
        return isShared;
    }

    /// <summary>Copies a folder of any file system, with its own owner and permissions.</summary>
    /// <param name="action">What it is done for, as an error's beginning.</param>
    /// <param name="name">The volume or container.</param>
    /// <param name="source">The folder.</param>
    /// <param name="target">Another, made by this.</param>
    /// <exception cref="VirtException">ResourceExhausted; Internal.</exception>
    public Task FillAsync(string action, string name, string source, string target) =>
        RunAsync(action, name, "cp", ["--archive", "--reflink=auto", "--no-target-directory", "--", source.TrimEnd('/') + "/.", target], default);

    /// <summary>Writes what a folder holds into a tar archive, compressed as the file's name says.</summary>
    public Task PackAsync(string action, string name, string source, string file, CancellationToken cancellation) =>
        RunAsync(action, name, "tar", ["--create", "--auto-compress", "--file", file, "--directory", source, "--numeric-owner", "--sparse", "--xattrs", "--xattrs-include=*", "--acls", "."], cancellation);

    /// <summary>Brings back what an archive holds. tar(1) writes nothing outside of the folder (--absolute-names is not given, and links are made last).</summary>
    public Task UnpackAsync(string action, string name, string file, string target, CancellationToken cancellation)
    {
        Directory.CreateDirectory(target);
        return RunAsync(action, name, "tar", ["--extract", "--auto-compress", "--file", file, "--directory", target, "--numeric-owner", "--preserve-permissions", "--same-owner", "--xattrs", "--xattrs-include=*", "--acls"], cancellation);
    }

    // An empty tree would be "shared" anywhere.
    private async Task<bool> CanShareAsync(string folder, CancellationToken cancellation)
    {
        var probe = Path.Combine(folder, $".probe-{Guid.NewGuid():n}");
        try
        {
            await File.WriteAllBytesAsync(probe, new byte[4096], cancellation).ConfigureAwait(false);
            return (await tools.RunAsync("cp", ["--reflink=always", "--", probe, probe + "2"], cancellation).ConfigureAwait(false)).ExitCode == 0;
        }
        finally
        {
            File.Delete(probe);
            File.Delete(probe + "2");
        }
    }

    private async Task RunAsync(string action, string name, string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var result = await tools.RunAsync(program, arguments, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.ExitCode == 0)
        {
            return;
        }

        throw result.Error.Contains("No space left on device", StringComparison.Ordinal)
            ? new VirtException(ErrorCode.ResourceExhausted, "DiskFull", $"{action}: the disk is full ({result.LastErrorLine.TrimEnd('.')}).", name, "df -h")
            : new VirtException(ErrorCode.Internal, errorId, $"{action}: {program} ended with {result.ExitCode} ({result.LastErrorLine.TrimEnd('.')}).", name, "journalctl --unit virt-agent");
    }
}
