namespace Virt;

/// <summary>What can be waited for.</summary>
public enum WaitCondition
{
    /// <summary>It runs.</summary>
    Running = 0,

    /// <summary>The guest agent answers.</summary>
    GuestAgent = 1,

    /// <summary>It has an address besides loopback.</summary>
    IPAddress = 2,

    /// <summary>A TCP port of it accepts connections.</summary>
    Port = 3,

    /// <summary>Its health is Healthy.</summary>
    Healthy = 4,

    /// <summary>It has stopped.</summary>
    Stopped = 5,
}
