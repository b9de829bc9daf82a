namespace Virt;

/// <summary>What becomes of a virtual machine when its host stops.</summary>
public enum VMStopAction
{
    /// <summary>Its guest is asked to shut down; where it does not in time, it is turned off.</summary>
    ShutDown = 0,

    /// <summary>Its memory is written to the disk, and its next start goes on from there.</summary>
    Save = 1,

    /// <summary>The plug is pulled.</summary>
    TurnOff = 2,
}
