namespace Virt;

/// <summary>What has become of an operation.</summary>
public enum OperationState
{
    /// <summary>It goes on.</summary>
    Running = 0,

    /// <summary>It did what was asked.</summary>
    Completed = 1,

    /// <summary>It ended with an error.</summary>
    Failed = 2,

    /// <summary>It was cancelled.</summary>
    Cancelled = 3,
}
