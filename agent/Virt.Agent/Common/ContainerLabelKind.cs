namespace Virt.Agent.Common;

/// <summary>What SELinux is to let a container do.</summary>
public enum ContainerLabelKind
{
    /// <summary>What containers do (<c>container_t</c>).</summary>
    Container = 0,

    /// <summary>What an init such as systemd does beside (<c>container_init_t</c>).</summary>
    Init = 1,

    /// <summary>Whatever its other confinement lets it (<c>spc_t</c>).</summary>
    Super = 2,
}
