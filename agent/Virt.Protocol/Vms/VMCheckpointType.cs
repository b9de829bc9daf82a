namespace Virt;

/// <summary>How a checkpoint of a running machine is made, and whether any is. Hyper-V's words.</summary>
public enum VMCheckpointType
{
    /// <summary>With the guest's memory, so that it goes on from there; the guest is not asked.</summary>
    Standard = 0,

    /// <summary>Without memory: the guest brings its programs and file systems to rest for that moment, and is stopped when it is brought back. Standard where its guest agent cannot do that.</summary>
    Production = 1,

    /// <summary>The same, and none where the guest agent cannot do that.</summary>
    ProductionOnly = 2,

    /// <summary>None can be made.</summary>
    Disabled = 3,
}
