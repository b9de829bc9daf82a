namespace Virt;

/// <summary>How a virtual machine is moved.</summary>
public enum VMMoveMode
{
    /// <summary>It runs on while it moves.</summary>
    Live = 0,

    /// <summary>It is stopped, and its files move.</summary>
    Cold = 1,
}
