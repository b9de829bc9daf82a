using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Virt.Agent.Containers;

/// <summary>The user of a container's process, as the image's own account files have it (passwd(5), group(5)).</summary>
/// <param name="UserId">The uid.</param>
/// <param name="GroupId">The primary gid.</param>
/// <param name="Groups">All other gids.</param>
/// <param name="Home">The home folder.</param>
internal sealed record ContainerUser(uint UserId, uint GroupId, IReadOnlyList<uint> Groups, string Home)
{
    /// <summary>root, whatever the image's files say.</summary>
    public static ContainerUser Root { get; } = new(0, 0, [], "/root");

    /// <summary>True where the files need not be read.</summary>
    public static bool IsRoot(string user) => user is "" or "0" or "root" or "0:0";

    /// <summary>Finds a user.</summary>
    /// <param name="user">uid, uid:gid, name, name:group.</param>
    /// <param name="passwd">The image's /etc/passwd; empty where it has none.</param>
    /// <param name="group">The image's /etc/group.</param>
    /// <param name="cause">What is wrong, where there is no such user.</param>
    public static ContainerUser? Find(string user, string passwd, string group, out string cause)
    {
        cause = "";
        var parts = user.Split(':', 2);
        // Digits are an id, whoever the image calls so: a user of that name may be its root (CVE-2016-3697).
        var account = Fields(passwd, 7).FirstOrDefault(f => f[Number(parts[0], out _) ? 2 : 0] == parts[0]);
        if (!Number(account?[2] ?? parts[0], out var uid))
        {
            cause = $"the image's /etc/passwd has no user '{parts[0]}'";
            return null;
        }

        var gid = account is not null && Number(account[3], out var primary) ? primary : 0;
        if (parts.Length == 2)
        {
            var entry = Number(parts[1], out _) ? null : Fields(group, 4).FirstOrDefault(f => f[0] == parts[1]);
            if (!Number(entry?[2] ?? parts[1], out gid))
            {
                cause = $"the image's /etc/group has no group '{parts[1]}'";
                return null;
            }
        }

        // As Docker: who names a group gets that one alone.
        var groups = account is null || parts.Length == 2
            ? []
            : Fields(group, 4).Where(f => f[3].Split(',').Contains(account[0]) && Number(f[2], out _)).Select(f => uint.Parse(f[2], CultureInfo.InvariantCulture)).Where(g => g != gid).ToList();
        return new ContainerUser(uid, gid, groups, account is { } && account[5].StartsWith('/') ? account[5] : "/");
    }

    /// <summary>The shell of a user; empty where the image says none.</summary>
    public static string ShellOf(string passwd, uint uid)
    {
        var account = Fields(passwd, 7).FirstOrDefault(f => Number(f[2], out var number) && number == uid);
        return account is not null && account[6].StartsWith('/') && !account[6].EndsWith("/nologin", StringComparison.Ordinal) && !account[6].EndsWith("/false", StringComparison.Ordinal) ? account[6] : "";
    }

    /// <summary>The same user with further groups; null where the image has none of a name.</summary>
    /// <param name="more">Names or numbers.</param>
    /// <param name="group">The image's /etc/group.</param>
    /// <param name="cause">What is wrong.</param>
    public ContainerUser? WithGroups(IReadOnlyList<string> more, string group, out string cause)
    {
        cause = "";
        var all = new List<uint>(Groups);
        foreach (var name in more)
        {
            var entry = Number(name, out _) ? null : Fields(group, 4).FirstOrDefault(f => f[0] == name);
            if (!Number(entry?[2] ?? name, out var gid))
            {
                cause = $"the image's /etc/group has no group '{name}'";
                return null;
            }

            all.Add(gid);
        }

        return this with { Groups = [.. all.Distinct()] };
    }

    private static IEnumerable<string[]> Fields(string text, int count) =>
        text.Split('\n').Select(line => line.TrimEnd('\r').Split(':')).Where(fields => fields.Length == count);

    private static bool Number(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < int.MaxValue;
}
