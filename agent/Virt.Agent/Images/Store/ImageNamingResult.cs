namespace Virt.Agent.Images.Store;

/// <summary>What has become of a name that an image was to get.</summary>
internal enum ImageNamingResult
{
    /// <summary>It has it.</summary>
    Named,

    /// <summary>Another image has it.</summary>
    Taken,

    /// <summary>The image is gone, or has lost the name whose place it was to take.</summary>
    Gone,
}
