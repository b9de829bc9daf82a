namespace Virt;

/// <summary>How a check of the host came out.</summary>
public enum CheckResult
{
    /// <summary>Nothing to do.</summary>
    Ok = 0,

    /// <summary>Works, with the loss that the message names.</summary>
    Warning = 1,

    /// <summary>Something cannot work until it is mended.</summary>
    Failed = 2,
}
