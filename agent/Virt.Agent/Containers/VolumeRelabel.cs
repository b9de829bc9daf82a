namespace Virt.Agent.Containers;

/// <summary>Whether a volume's files get an SELinux label with which containers may use them, as docker's <c>z</c> and <c>Z</c>.</summary>
public enum VolumeRelabel
{
    /// <summary>A folder of the host keeps its labels; a volume of the agent's has the label of all containers.</summary>
    None = 0,

    /// <summary><c>z</c>: every container may use them.</summary>
    Shared = 1,

    /// <summary><c>Z</c>: this container alone may.</summary>
    Private = 2,
}
