namespace Virt.IntegrationTests.Fleet;

/// <summary>What is done to a move while it stands at a fault point.</summary>
public enum Harm
{
    /// <summary>The agent that has come to the point is killed there.</summary>
    OwnAgent,

    /// <summary>The other agent is killed.</summary>
    OtherAgent,

    /// <summary>The source's QEMU is killed.</summary>
    SourceQemu,

    /// <summary>The destination's QEMU is killed.</summary>
    DestinationQemu,

    /// <summary>The cable is pulled, so that packets just vanish, until both sides have noticed, and then plugged in again.</summary>
    Cable,
}
