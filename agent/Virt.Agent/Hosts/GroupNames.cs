using System.Linq;

namespace Virt.Agent.Hosts;

/// <summary>The ids of groups. Source: group(5).</summary>
public static class GroupNames
{
    /// <summary>The group's gid; null where there is no such group.</summary>
    public static uint? Find(string name)
    {
        var fields = AccountFile.Read("/etc/group").FirstOrDefault(f => f.Length > 2 && f[0] == name);
        return fields is not null && uint.TryParse(fields[2], out var gid) ? gid : null;
    }
}
