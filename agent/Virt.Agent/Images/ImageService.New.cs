using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Archives;
using Virt.Agent.Images.Build;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Images;

public sealed partial class ImageService
{
    /// <summary>Makes an image: of a folder or an archive, of a container's changes, by buildah, or by mmdebstrap.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotFound; NotSupported: what would build it is not installed; ResourceExhausted.</exception>
    public async Task<ContainerImage> NewAsync(NewContainerImage request, Call call)
    {
        var name = ImageStore.LocalOf(ImageReference.Parse(request.Name, "create"));
        call.WorksOn(name.Familiar);
        var given = new[] { request.Path.Length > 0, request.Container.Length > 0 || request.ContainerId != Guid.Empty, request.Containerfile.Length > 0 || request.Context.Length > 0, request.Distribution.Length > 0 };
        Require(request, given.Count(static one => one) == 1, "one of a folder or archive, a container, a Containerfile and a distribution must be what it is made of", "New-ContainerImage NAME -Path /srv/root");
        Require(request, name.Digest is null, "a name with a digest says what it is already", "New-ContainerImage NAME:TAG -Path /srv/root");
        Require(request, given[3] || request.Packages.Length == 0, "packages belong to a distribution", "New-ContainerImage NAME -Distribution bookworm -Package curl");
        var source = new DistributionSource(request.Distribution, request.Packages, request.Mirrors, request.Components);
        Require(request, given[3] || request.Mirrors.Length + request.Components.Length == 0, "mirrors and components belong to a distribution", "New-ContainerImage NAME -Distribution bookworm -Mirror http://localhost/debian");
        if (given[3])
        {
            source.Check(Kind, request.Name, $"New-ContainerImage '{request.Name}'");
        }

        IReadOnlyList<string> warnings = [];
        var image = given[1] ? await commitContainer(request, call).ConfigureAwait(false)
            : given[0] ? await OfPathAsync(request, call).ConfigureAwait(false)
            : await ByToolAsync(request, name, source, found => warnings = found, call).ConfigureAwait(false);
        return image is null ? new ContainerImage { Name = name.Familiar } : ContainerImageView.Of(store, image, ImageStore.KeyOf(name), containersOf(image.Id)) with { Warnings = [.. warnings] };
    }

    private async Task<OciImage?> OfPathAsync(NewContainerImage request, Call call)
    {
        CheckPath("create", request.Name, request.Path);
        if (!Path.Exists(request.Path))
        {
            throw new VirtException(ErrorCode.NotFound, "ArchiveNotFound", $"Cannot create {Kind} '{request.Name}': the host has no file or folder '{request.Path}'.", request.Path, $"ls -l '{request.Path}'");
        }

        return call.WhatIf ? null : await new ImageBuild(store, request, time, call)
            .RunAsync(null, null, [new LayerSource(request.Path, !Directory.Exists(request.Path), WithTop: true)], $"New-ContainerImage -Path {request.Path}").ConfigureAwait(false);
    }

    private async Task<OciImage?> ByToolAsync(NewContainerImage request, ImageReference name, DistributionSource source, Action<IReadOnlyList<string>> warn, Call call)
    {
        var context = request.Context.Length > 0 ? request.Context : Path.GetDirectoryName(request.Containerfile) ?? "/";
        var containerfile = request.Containerfile.Length > 0 ? request.Containerfile : Path.Combine(context, File.Exists(Path.Combine(context, "Containerfile")) ? "Containerfile" : "Dockerfile");
        if (request.Distribution.Length == 0)
        {
            CheckPath("create", request.Name, containerfile);
            if (!File.Exists(containerfile) || !Directory.Exists(context))
            {
                throw new VirtException(ErrorCode.NotFound, "ContainerfileNotFound", $"Cannot create {Kind} '{request.Name}': the host has no file '{containerfile}', or no folder '{context}'.", containerfile, $"ls -l '{context}'");
            }
        }

        if (call.WhatIf)
        {
            return null;
        }

        using var room = rooms.Open();
        try
        {
            if (request.Distribution.Length > 0)
            {
                var root = Path.Combine(room.Folder, "root.tar");
                await new Bootstrap(Kind, request.Name, source).RunAsync(room, "tar", root, [], [], (step, percent) => call.Report($"Making image '{name.Familiar}'", step, percent), call).ConfigureAwait(false);
                var seed = new OciRunConfig { Cmd = ["/bin/bash"], Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] };
                return await new ImageBuild(store, request, time, call).RunAsync(null, seed, [new LayerSource(root, IsArchive: true, WithTop: true)], $"mmdebstrap {request.Distribution} {string.Join(' ', request.Packages)}".TrimEnd()).ConfigureAwait(false);
            }

            call.Report($"Making image '{name.Familiar}'", $"Building {containerfile}");
            var (archive, warnings) = await new ImageTools(room, request.Name).BuildAsync(containerfile, context, call.Cancellation).ConfigureAwait(false);
            warn(warnings);
            var built = await new ImageImport(store, archive, name, null, call).RunAsync().ConfigureAwait(false);
            return HasChanges(request) ? await new ImageBuild(store, request, time, call).RunAsync(built[0].Image, null, [], "New-ContainerImage").ConfigureAwait(false) : built[0].Image;
        }
        finally
        {
            Sweep();
        }
    }

    private static bool HasChanges(NewContainerImage request) =>
        request.Command.Length + request.Entrypoint.Length + request.Environment.Count + request.Labels.Count + request.User.Length + request.WorkingDirectory.Length + request.Author.Length > 0;

    private static void Require(NewContainerImage request, bool condition, string cause, string action)
    {
        if (!condition)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidImageSource", $"Cannot create {Kind} '{request.Name}': {cause}.", request.Name, action);
        }
    }
}
