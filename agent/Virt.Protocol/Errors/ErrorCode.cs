namespace Virt;

/// <summary>The closed set of causes that cross the wire. Each tells the caller what to do; docs/errors.md has the table.</summary>
public enum ErrorCode
{
    /// <summary>A fault of ours. Report it.</summary>
    Internal = 0,

    /// <summary>A value that can never be right. Change it.</summary>
    InvalidArgument = 1,

    /// <summary>No such object.</summary>
    NotFound = 2,

    /// <summary>The name is taken.</summary>
    AlreadyExists = 3,

    /// <summary>The object is in a state that does not allow this.</summary>
    WrongState = 4,

    /// <summary>Something else is changing the same object. Try again.</summary>
    Conflict = 5,

    /// <summary>Memory, disk, a limit or a quota is used up.</summary>
    ResourceExhausted = 6,

    /// <summary>The caller may not.</summary>
    PermissionDenied = 7,

    /// <summary>The caller is not known.</summary>
    Unauthenticated = 8,

    /// <summary>The agent or what it needs does not answer. Try again later.</summary>
    Unavailable = 9,

    /// <summary>What was awaited did not come in time.</summary>
    Timeout = 10,

    /// <summary>The caller cancelled.</summary>
    Cancelled = 11,

    /// <summary>This host, version or guest cannot.</summary>
    NotSupported = 12,

    /// <summary>Data is damaged or gone.</summary>
    DataLoss = 13,

    /// <summary>It runs but is not healthy.</summary>
    HealthCheckFailed = 14,

    /// <summary>The world is no longer what the plan was made for. Make a new plan.</summary>
    PlanOutOfDate = 15,
}
