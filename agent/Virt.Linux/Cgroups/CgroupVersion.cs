namespace Virt.Linux.Cgroups;

/// <summary>Which of the two kernel interfaces holds the controllers.</summary>
public enum CgroupVersion
{
    /// <summary>One hierarchy for each controller, or few; a cgroup2 without controllers may stand beside them (hybrid).</summary>
    V1 = 1,

    /// <summary>One hierarchy for all.</summary>
    V2 = 2,
}
