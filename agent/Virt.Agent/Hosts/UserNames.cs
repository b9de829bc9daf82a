using System.Globalization;
using System.Linq;

namespace Virt.Agent.Hosts;

/// <summary>The names of users, for what people read; everything else goes by uid. Source: passwd(5).</summary>
public static class UserNames
{
    /// <summary>The user's name, or the uid as digits where the host's own table has none.</summary>
    public static string Of(uint uid)
    {
        var digits = uid.ToString(CultureInfo.InvariantCulture);
        return AccountFile.Read("/etc/passwd").FirstOrDefault(fields => fields.Length > 2 && fields[2] == digits)?[0] ?? digits;
    }

    /// <summary>The user's uid and gid; null where there is no such user.</summary>
    public static (uint Uid, uint Gid)? Find(string name)
    {
        var fields = AccountFile.Read("/etc/passwd").FirstOrDefault(f => f.Length > 3 && f[0] == name);
        return fields is not null && uint.TryParse(fields[2], out var uid) && uint.TryParse(fields[3], out var gid) ? (uid, gid) : null;
    }
}
