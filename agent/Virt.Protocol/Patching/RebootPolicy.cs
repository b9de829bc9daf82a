namespace Virt;

/// <summary>When a guest is rebooted after its packages were updated.</summary>
public enum RebootPolicy
{
    /// <summary>Where the guest says that it needs it.</summary>
    IfRequired = 0,

    /// <summary>Not at all; the result says where it would be needed.</summary>
    Never = 1,

    /// <summary>After every patch.</summary>
    Always = 2,
}
