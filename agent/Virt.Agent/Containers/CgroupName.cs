using Virt.Agent.Common;

namespace Virt.Agent.Containers;

/// <summary>What an agent's own parent of cgroups is called.</summary>
internal static class CgroupName
{
    /// <summary>The same for one state folder for ever, and another for each: two agents of one machine never share a parent.</summary>
    public static string OfAgent(string stateFolder) => $"virt-{StableHash.Of(stateFolder):x16}";
}
