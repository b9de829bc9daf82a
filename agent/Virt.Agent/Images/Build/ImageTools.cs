using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Protocol;

namespace Virt.Agent.Images.Build;

/// <summary>The programs that make what an image is made of, where they are installed.</summary>
/// <param name="tools">Runs them.</param>
/// <param name="title">The image, for errors.</param>
internal sealed class ImageTools(IToolRunner tools, string title)
{
    /// <summary>Builds a Containerfile by buildah, in a storage of its own that goes with the folder.</summary>
    /// <param name="containerfile">The file.</param>
    /// <param name="context">The folder that it copies from.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>An archive that holds the image as an OCI layout.</returns>
    /// <exception cref="VirtException">NotSupported: there is no buildah. InvalidArgument: it fails, and its last words say why.</exception>
    public async Task<string> BuildAsync(string containerfile, string context, string folder, CancellationToken cancellation)
    {
        var archive = Path.Combine(folder, "built.tar");
        string[] storage = ["--root", Path.Combine(folder, "root"), "--runroot", Path.Combine(folder, "run"), "--storage-driver", "vfs"];
        await RunAsync("buildah", [.. storage, "build", "--isolation", "chroot", "--format", "oci", "--tag", "localhost/built:latest", "--file", containerfile, context], cancellation).ConfigureAwait(false);
        await RunAsync("buildah", [.. storage, "push", "--quiet", "localhost/built:latest", "oci-archive:" + archive], cancellation).ConfigureAwait(false);
        return archive;
    }

    /// <summary>Makes the root of a distribution by mmdebstrap: of the host's own sources where it is the host's distribution, else of that distribution's.</summary>
    /// <returns>An archive of it.</returns>
    /// <inheritdoc cref="BuildAsync"/>
    public async Task<string> BootstrapAsync(string distribution, IReadOnlyList<string> packages, string folder, CancellationToken cancellation)
    {
        var archive = Path.Combine(folder, "root.tar");
        var include = packages.Count == 0 ? [] : new[] { "--include=" + string.Join(',', packages) };
        await RunAsync("mmdebstrap", ["--variant=minbase", "--format=tar", "--mode=root", .. include, distribution, archive, .. SourcesOf(distribution)], cancellation).ConfigureAwait(false);
        return archive;
    }

    // sources.list(5): mmdebstrap takes files of either form.
    private static List<string> SourcesOf(string distribution)
    {
        var found = new List<string>();
        foreach (var path in Directory.Exists("/etc/apt/sources.list.d") ? Directory.GetFiles("/etc/apt/sources.list.d") : [])
        {
            if (Path.GetExtension(path) is ".list" or ".sources" && File.ReadAllText(path).Contains(distribution, StringComparison.Ordinal))
            {
                found.Add(path);
            }
        }

        if (File.Exists("/etc/apt/sources.list") && File.ReadAllText("/etc/apt/sources.list").Contains(distribution, StringComparison.Ordinal))
        {
            found.Add("/etc/apt/sources.list");
        }

        return found;
    }

    private async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var path = Programs.Find(program) ?? throw new VirtException(
            ErrorCode.NotSupported, CultureInfo.InvariantCulture.TextInfo.ToTitleCase(program) + "Missing", $"Cannot create container image '{title}': {program} is not installed on this host.", title, $"apt-get install {program}");
        var result = await tools.RunAsync(path, arguments, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.ExitCode != 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "ImageBuildFailed", $"Cannot create container image '{title}': {program} ended with {result.ExitCode} ({result.LastErrorLine.TrimEnd('.')}).", title, $"{program} --help");
        }
    }
}
