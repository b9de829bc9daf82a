using static Virt.Protocol.MethodKind;

namespace Virt.Protocol;

/// <content>Images of containers.</content>
public static partial class Methods
{
    /// <summary>The images that containers can be made from.</summary>
    public static readonly Method<GetContainerImage, ContainerImageList> GetContainerImage = new("containerimage.get", Query, Protocol.GetContainerImage.WireFormat, ContainerImageList.WireFormat);

    /// <summary>Takes images in from an archive or a folder.</summary>
    public static readonly Method<ImportContainerImage, ContainerImageList> ImportContainerImage = new("containerimage.import", Change, Protocol.ImportContainerImage.WireFormat, ContainerImageList.WireFormat);

    /// <summary>Writes an image into an archive or a folder.</summary>
    public static readonly Method<ExportContainerImage, ContainerImage> ExportContainerImage = new("containerimage.export", Change, Protocol.ExportContainerImage.WireFormat, ContainerImage.WireFormat);

    /// <summary>Removes an image, or one of its names.</summary>
    public static readonly Method<RemoveContainerImage, Nothing> RemoveContainerImage = new("containerimage.remove", Change, Protocol.RemoveContainerImage.WireFormat, Nothing.WireFormat);

    /// <summary>Gives an image a further name.</summary>
    public static readonly Method<AddContainerImageName, ContainerImage> AddContainerImageName = new("containerimagename.add", Change, Protocol.AddContainerImageName.WireFormat, ContainerImage.WireFormat);

    /// <summary>Gives an image another name.</summary>
    public static readonly Method<RenameContainerImage, ContainerImage> RenameContainerImage = new("containerimage.rename", Change, Protocol.RenameContainerImage.WireFormat, ContainerImage.WireFormat);

    /// <summary>Takes a name from an image.</summary>
    public static readonly Method<RemoveContainerImageName, Nothing> RemoveContainerImageName = new("containerimagename.remove", Change, Protocol.RemoveContainerImageName.WireFormat, Nothing.WireFormat);

    /// <summary>Removes images that nothing uses.</summary>
    public static readonly Method<OptimizeContainerImage, ContainerImageCleanup> OptimizeContainerImage = new("containerimage.optimize", Change, Protocol.OptimizeContainerImage.WireFormat, ContainerImageCleanup.WireFormat);

    /// <summary>Makes an image.</summary>
    public static readonly Method<NewContainerImage, ContainerImage> NewContainerImage = new("containerimage.new", Change, Protocol.NewContainerImage.WireFormat, ContainerImage.WireFormat);

    /// <summary>Gets an image from its registry. Goes on after a restart of the agent.</summary>
    public static readonly Method<SaveContainerImage, ContainerImage> SaveContainerImage = new("containerimage.save", Change, Protocol.SaveContainerImage.WireFormat, ContainerImage.WireFormat);

    /// <summary>Sends an image to a registry.</summary>
    public static readonly Method<PublishContainerImage, ContainerImagePublication> PublishContainerImage = new("containerimage.publish", Change, Protocol.PublishContainerImage.WireFormat, ContainerImagePublication.WireFormat);

    /// <summary>Which images are out of date.</summary>
    public static readonly Method<TestContainerImage, ContainerImageTestList> TestContainerImage = new("containerimage.test", Query, Protocol.TestContainerImage.WireFormat, ContainerImageTestList.WireFormat);
}
