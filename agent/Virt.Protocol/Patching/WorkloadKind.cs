namespace Virt;

/// <summary>What a workload is.</summary>
public enum WorkloadKind
{
    /// <summary>A virtual machine.</summary>
    VM = 0,

    /// <summary>A container.</summary>
    Container = 1,
}
