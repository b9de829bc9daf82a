namespace Virt.Agent.Common;

/// <summary>What an agent's own parents of cgroups are called.</summary>
internal static class CgroupName
{
    /// <summary>The parent of containers' cgroups. The same for one state folder for ever, and another for each: two agents of one machine never share a parent.</summary>
    public static string OfAgent(string stateFolder) => $"virt-{StableHash.Of(stateFolder):x16}";

    /// <summary>The parent of machines' cgroups.</summary>
    public static string OfMachines(string stateFolder) => OfAgent(stateFolder) + "-vms";
}
