using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Store;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Images;

public sealed partial class ImageService
{
    private const string NameCmdlet = "Add-ContainerImageName", RenameCmdlet = "Rename-ContainerImage";

    /// <summary>Gives an image a further name; one that it has already is no error.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported: it is a folder of files; InvalidArgument; AlreadyExists: another image has the name.</exception>
    public async Task<ContainerImage> AddNameAsync(AddContainerImageName request, Call call)
    {
        var image = Find("name", request.Id, request.Name);
        call.WorksOn(TitleOf(image, request.Name));
        var root = NameOf(image, request.Name)?.Root ?? (image.Names.Count > 0 ? image.Names[0].Root : image.Id.ToString());
        return await NameAsync(NameCmdlet, image, request.Name, new ImageNaming(NewNameOf("name", request.NewName), root, Former: null, request.Force), call).ConfigureAwait(false);
    }

    /// <summary>Gives an image another name in the place of one.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported: it is a folder of files; InvalidArgument; AlreadyExists: another image has the name.</exception>
    public async Task<ContainerImage> RenameAsync(RenameContainerImage request, Call call)
    {
        var image = Find("rename", request.Id, request.Name);
        call.WorksOn(TitleOf(image, request.Name));
        var name = NewNameOf("rename", request.NewName);
        var former = image.Names.Count == 0 ? null : OnlyNameOf("rename", image, request.Name);
        return await NameAsync(RenameCmdlet, image, request.Name, new ImageNaming(name, former?.Root ?? image.Id.ToString(), former?.Name, request.Force), call).ConfigureAwait(false);
    }

    /// <summary>Takes a name from an image, which stays.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported: it is a folder of files; InvalidArgument: it has several names, and none was given.</exception>
    public async Task<Nothing> RemoveNameAsync(RemoveContainerImageName request, Call call)
    {
        var image = Find("take a name from", request.Id, request.Name);
        call.WorksOn(TitleOf(image, request.Name));
        var name = OnlyNameOf("take a name from", image, request.Name);
        if (!call.WhatIf)
        {
            store.RemoveName(name.Name);
            await FaultPoint.ReachAsync(ImageFaults.Unnamed).ConfigureAwait(false);
            Sweep();
        }

        return new Nothing();
    }

    private async Task<ContainerImage> NameAsync(string cmdlet, OciImage image, string typed, ImageNaming naming, Call call)
    {
        var title = TitleOf(image, typed);
        if (store.FindOther(image.Id, naming) is { } other)
        {
            throw NameTaken(cmdlet, title, naming, other);
        }

        if (call.WhatIf)
        {
            return ContainerImageView.Of(store, image, ImageStore.KeyOf(naming.Name), containersOf(image.Id));
        }

        switch (store.Name(image.Id, naming, out var named))
        {
            case ImageNamingResult.Taken:
                throw NameTaken(cmdlet, title, naming, named!);
            case ImageNamingResult.Gone:
                throw new VirtException(ErrorCode.NotFound, "ContainerImageNotFound", $"Cannot {VerbOf(cmdlet)} {Kind} '{title}': it is gone, or not named so any more.", title, "Get-ContainerImage");
        }

        await FaultPoint.ReachAsync(ImageFaults.Named).ConfigureAwait(false);
        Sweep(); // what only the former name stood for
        return ContainerImageView.Of(store, named!, ImageStore.KeyOf(naming.Name), containersOf(image.Id));
    }

    // A short name is one of this host, unless it says itself that it is of docker.io.
    private static ImageReference NewNameOf(string verb, string text)
    {
        var name = ImageReference.Parse(text, verb);
        if (name.Digest is not null)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidImageName", $"Cannot {verb} an image '{text}': a name with a digest says what it is already; one with a tag is required.", text, $"Type '{name.FamiliarRepository}:TAG'.");
        }

        return text.StartsWith(ImageReference.DefaultRegistry + "/", StringComparison.Ordinal) ? name : ImageStore.LocalOf(name);
    }

    private static string TitleOf(OciImage image, string typed) => typed.Length > 0 ? typed : image.Title;

    private static string VerbOf(string cmdlet) => cmdlet == NameCmdlet ? "name" : "rename";

    // The name that was typed, where it is one of the image's; the whole name before the one that it is short for.
    private static ImageNameRow? NameOf(OciImage image, string typed) => ImageReference.TryParse(typed, out var name)
        ? image.Names.FirstOrDefault(row => row.Name == ImageStore.KeyOf(name)) ?? image.Names.FirstOrDefault(row => Means(row.Name, name))
        : null;

    // An image that was found by its digest says which name is meant where it has but one.
    private static ImageNameRow OnlyNameOf(string verb, OciImage image, string typed)
    {
        if (NameOf(image, typed) is { } named)
        {
            return named;
        }

        var isById = image.Id.Short == typed || image.Id.ToString() == typed || !ImageReference.TryParse(typed, out var name) || name.Digest is not null || image.Id.Hex.StartsWith(typed, StringComparison.Ordinal) || image.Spec.Config.Digest.Hex.StartsWith(typed, StringComparison.Ordinal);
        if (isById && image.Names.Count == 1)
        {
            return image.Names[0];
        }

        var title = TitleOf(image, typed);
        throw isById && image.Names.Count > 1
            ? new VirtException(
                ErrorCode.InvalidArgument, "ContainerImageNameAmbiguous", $"Cannot {verb} {Kind} '{title}': it has {image.Names.Count} names; one of them is required.", title, $"Get-ContainerImage {image.Title}")
            : new VirtException(ErrorCode.NotFound, "ContainerImageNameNotFound", $"Cannot {verb} {Kind} '{title}': {(image.Names.Count == 0 ? "it has no name" : "it is not named so any more")}.", title, "Get-ContainerImage");
    }

    private static VirtException NameTaken(string cmdlet, string title, ImageNaming naming, OciImage other) => new(
        ErrorCode.AlreadyExists,
        "ContainerImageNameTaken",
        $"Cannot {VerbOf(cmdlet)} {Kind} '{title}': '{naming.Name.Familiar}' stands for another image, {other.Id.Short}, which would lose that name.",
        naming.Name.Familiar,
        $"{cmdlet} '{title}' '{naming.Name.Familiar}' -Force");
}
