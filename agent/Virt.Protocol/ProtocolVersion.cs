namespace Virt.Protocol;

/// <summary>Which versions of the protocol this build speaks.</summary>
public static class ProtocolVersion
{
    /// <summary>The newest. It grows by one whenever a method or key is added that an older side would have to know.</summary>
    public const int Newest = 1;

    /// <summary>The oldest that is still answered: the one before the newest, so that hosts can be upgraded one by one.</summary>
    public const int Oldest = 1;
}
