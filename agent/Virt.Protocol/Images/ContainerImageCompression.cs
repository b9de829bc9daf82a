namespace Virt;

/// <summary>How the layers of an image are compressed where it is handed out.</summary>
public enum ContainerImageCompression
{
    /// <summary>As they came: the image keeps its digest.</summary>
    AsIs = 0,

    /// <summary>By gzip.</summary>
    Gzip = 1,

    /// <summary>By zstd.</summary>
    Zstd = 2,

    /// <summary>Not at all.</summary>
    None = 3,
}
