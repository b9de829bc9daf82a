namespace Virt;

/// <summary>When a container that has ended is started again by the agent.</summary>
public enum RestartPolicy
{
    /// <summary>Never.</summary>
    Never = 0,

    /// <summary>When it ended with another exit code than 0, or by a signal.</summary>
    OnFailure = 1,

    /// <summary>However it ended; and when the host has started, even if somebody had stopped it.</summary>
    Always = 2,

    /// <summary>However it ended, unless somebody has stopped it.</summary>
    UnlessStopped = 3,

    /// <summary>As OnFailure; and while it runs, when it has become unhealthy.</summary>
    OnUnhealthy = 4,
}
