namespace Virt;

/// <summary>Whether a virtual machine is started when its host has started.</summary>
public enum VMStartAction
{
    /// <summary>Where it ran when the host stopped or lost its power.</summary>
    StartIfRunning = 0,

    /// <summary>Never.</summary>
    Nothing = 1,

    /// <summary>Always.</summary>
    Start = 2,
}
