namespace Virt;

/// <summary>On or off, as Hyper-V's cmdlets say it.</summary>
public enum OnOffState
{
    /// <summary>It is on.</summary>
    On,

    /// <summary>It is off.</summary>
    Off,
}
