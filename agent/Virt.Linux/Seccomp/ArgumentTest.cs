namespace Virt.Linux.Seccomp;

/// <summary>When an argument is allowed.</summary>
public enum ArgumentTest
{
    /// <summary>When it is one of the values.</summary>
    OneOf = 0,

    /// <summary>When it is none of the values.</summary>
    NoneOf = 1,

    /// <summary>When it has none of the mask's bits.</summary>
    NoBits = 2,
}
