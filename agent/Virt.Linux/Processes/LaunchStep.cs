namespace Virt.Linux.Processes;

/// <summary>Where a launch failed; the numbers are those of Native/launch.h.</summary>
public enum LaunchStep
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>The description was malformed.</summary>
    Description = 1,

    /// <summary>The log could not be opened.</summary>
    Log = 2,

    /// <summary>clone3.</summary>
    Clone = 3,

    /// <summary>setsid.</summary>
    Session = 4,

    /// <summary>The score for the out-of-memory killer.</summary>
    OutOfMemoryScore = 5,

    /// <summary>Joining the cgroups.</summary>
    Cgroup = 6,

    /// <summary>Joining another process's namespaces.</summary>
    Join = 7,

    /// <summary>The host name.</summary>
    HostName = 8,

    /// <summary>Setting the loopback link up.</summary>
    Loopback = 9,

    /// <summary>Entering the new root.</summary>
    Root = 10,

    /// <summary>One of the <see cref="RootStep"/>s.</summary>
    RootStep = 11,

    /// <summary>Resource limits.</summary>
    Limits = 12,

    /// <summary>Standard input, output, error and further descriptors.</summary>
    Descriptors = 13,

    /// <summary>Dropping capabilities.</summary>
    Capabilities = 14,

    /// <summary>Becoming the user.</summary>
    User = 15,

    /// <summary>Entering the working folder.</summary>
    WorkingDirectory = 16,

    /// <summary>Installing the seccomp filter.</summary>
    Filter = 17,

    /// <summary>Executing the program.</summary>
    Execute = 18,

    /// <summary>Entering the user namespace.</summary>
    UserNamespace = 19,

    /// <summary>Executing the init.</summary>
    Init = 20,

    /// <summary>Saying with which SELinux label it is executed.</summary>
    Label = 21,
}
