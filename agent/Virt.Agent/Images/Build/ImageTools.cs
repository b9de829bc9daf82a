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
/// <param name="room">Where they work.</param>
/// <param name="title">The image, for errors.</param>
internal sealed class ImageTools(BuildRoom room, string title)
{
    /// <summary>Builds a Containerfile by buildah, in a storage of its own that goes with the folder. In Docker's form, since OCI's has no place for a HEALTHCHECK, an ONBUILD and a SHELL.</summary>
    /// <param name="containerfile">The file.</param>
    /// <param name="context">The folder that it copies from.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>An archive that holds the image as docker save writes it, and what buildah warned of.</returns>
    /// <exception cref="VirtException">NotSupported: there is no buildah. InvalidArgument: it fails, and its last words say why.</exception>
    public async Task<(string Archive, IReadOnlyList<string> Warnings)> BuildAsync(string containerfile, string context, CancellationToken cancellation)
    {
        var archive = Path.Combine(room.Folder, "built.tar");
        string[] storage = ["--root", Path.Combine(room.Folder, "root"), "--runroot", Path.Combine(room.Folder, "run"), "--storage-driver", "vfs"];
        var built = await RunAsync("buildah", [.. storage, "build", "--isolation", "chroot", "--format", "docker", "--tag", "localhost/built:latest", "--file", containerfile, context], cancellation).ConfigureAwait(false);
        await RunAsync("buildah", [.. storage, "push", "--quiet", "localhost/built:latest", $"docker-archive:{archive}:localhost/built:latest"], cancellation).ConfigureAwait(false);
        return (archive, BuildWarnings.Of(built.Error));
    }

    private async Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var path = Programs.Find(program) ?? throw new VirtException(
            ErrorCode.NotSupported, CultureInfo.InvariantCulture.TextInfo.ToTitleCase(program) + "Missing", $"Cannot create container image '{title}': {program} is not installed on this host.", title, $"apt-get install {program}");
        var result = await room.RunAloneAsync(path, arguments, null, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.ExitCode != 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "ImageBuildFailed", $"Cannot create container image '{title}': {program} ended with {result.ExitCode} ({result.LastErrorLine.TrimEnd('.')}).", title, $"{program} --help");
        }

        return result;
    }
}
