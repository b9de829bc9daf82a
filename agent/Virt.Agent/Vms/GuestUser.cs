using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Virt.Agent.Vms;

/// <summary>A user of a guest, and the guest's own program by which root runs something as him.</summary>
/// <param name="Name">His name.</param>
/// <param name="Ids">His uid and gid, as <c>1000:1000</c>.</param>
/// <param name="Home">His home folder.</param>
/// <param name="Shell">His shell.</param>
/// <param name="Program"><c>setpriv</c>, <c>runuser</c> or <c>su</c>.</param>
internal sealed record GuestUser(string Name, string Ids, string Home, string Shell, string Program)
{
    /// <summary>Whether a text can be a user's name or uid: <see cref="GuestScripts.FindUser"/> compares it with what stands between colons.</summary>
    public static bool CanBe(string name) => name.Length > 0 && name[0] != '-' && !name.Any(static c => c == ':' || char.IsControl(c));

    /// <summary>Reads what <see cref="GuestScripts.FindUser"/> wrote: the program, and below it his line of passwd(5).</summary>
    /// <returns>Null where it is no such thing.</returns>
    public static GuestUser? Parse(byte[] written) =>
        Encoding.UTF8.GetString(written).Split('\n') is [{ Length: > 0 } program, var line, ..] && line.Split(':') is [{ Length: > 0 } name, _, var uid, var gid, _, var home, var shell, ..]
            ? new GuestUser(name, $"{uid}:{gid}", home, shell.TrimEnd('\r'), program)
            : null;

    /// <summary>The command line that runs a command as him, each of its arguments as it is.</summary>
    public string[] Wrap(IReadOnlyList<string> command) => Program switch
    {
        // Becomes the command. The others may stay beside it, and have rules of their own about who may (PAM).
        "setpriv" => ["setpriv", "--reuid", Ids.Split(':')[0], "--regid", Ids.Split(':')[1], "--init-groups", "--", .. command],
        "runuser" => ["runuser", "-u", Name, "--", .. command],

        // Whatever his own shell is, of which a service's user has none. A program's name behind -c would be taken for text of the shell.
        _ => ["su", "-s", "/bin/sh", "-c", "exec \"$@\"", "--", Name, "sh", .. command],
    };

    /// <summary>The variables of his command: his own, and above them those that were asked for.</summary>
    public Dictionary<string, string> Environment(IReadOnlyDictionary<string, string> wanted)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = Home.Length > 0 ? Home : "/", ["USER"] = Name, ["LOGNAME"] = Name, ["SHELL"] = Shell.Length > 0 ? Shell : "/bin/sh" };
        foreach (var (name, value) in wanted)
        {
            all[name] = value;
        }

        return all;
    }
}
