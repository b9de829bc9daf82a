namespace Virt;

/// <summary>What a container is doing.</summary>
public enum ContainerState
{
    /// <summary>It was made and never started.</summary>
    Created = 0,

    /// <summary>Its first process is being started.</summary>
    Starting = 1,

    /// <summary>Its first process runs.</summary>
    Running = 2,

    /// <summary>Its first process was told to end.</summary>
    Stopping = 3,

    /// <summary>Its first process has ended.</summary>
    Stopped = 4,

    /// <summary>It is being removed.</summary>
    Removing = 5,

    /// <summary>It could not be started; Status says why.</summary>
    Failed = 6,

    /// <summary>It was suspended: its processes stand still.</summary>
    Paused = 7,

    /// <summary>It is being made of another one; it is not whole yet.</summary>
    Creating = 8,
}
