namespace Virt;

/// <summary>Whose ids a container's users have on the host.</summary>
public enum ContainerUserNamespace
{
    /// <summary>Ids that nobody else has: its root has no rights over the host, whatever it gets out of.</summary>
    Private = 0,

    /// <summary>The host's own: its root is the host's root, held back by everything else alone.</summary>
    Host = 1,
}
