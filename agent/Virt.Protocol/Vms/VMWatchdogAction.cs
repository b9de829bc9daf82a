namespace Virt;

/// <summary>What becomes of a virtual machine whose guest has not fed its watchdog in time.</summary>
public enum VMWatchdogAction
{
    /// <summary>Nothing: it has no watchdog.</summary>
    None = 0,

    /// <summary>It is reset.</summary>
    Reset = 1,

    /// <summary>It is turned off.</summary>
    PowerOff = 2,

    /// <summary>It is asked to shut down.</summary>
    Shutdown = 3,

    /// <summary>It stands still, to be looked at.</summary>
    Pause = 4,

    /// <summary>Its kernel gets an interrupt that it cannot ignore, and may write a dump.</summary>
    InjectNmi = 5,

    /// <summary>An event tells of it, and it runs on.</summary>
    Notify = 6,
}
