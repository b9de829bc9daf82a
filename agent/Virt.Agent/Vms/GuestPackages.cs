using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>Which packages a guest has, by whichever package manager it has. What it answers is not trusted.</summary>
internal static class GuestPackages
{
    /// <summary>Lists them: a line each, with the name, a tab and the version. Sources: dpkg-query(1), rpm(8), apk(8). Busybox' sed knows no \t, and its rpm no queries.</summary>
    public const string Script = """
        tab=$(printf '\t')
        if command -v dpkg-query > /dev/null; then
            dpkg-query --show --showformat '${db:Status-Status}\t${Package}\t${Version}\n' | sed -n "s/^installed$tab//p"
        elif command -v apk > /dev/null; then
            apk list --installed | sed -n "s/^\([^ ]*\)-\([0-9][^ -]*-r[0-9]*\) .*/\1$tab\2/p"
        elif command -v rpm > /dev/null; then
            rpm --query --all --queryformat '%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n' | sed "s/${tab}0:/$tab/"
        fi
        """;

    private const int Most = 100_000;

    /// <summary>Reads what the script has written; lines of another form are left out.</summary>
    public static VMGuestPackage[] Parse(string text)
    {
        var packages = new List<VMGuestPackage>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(Most))
        {
            if (line.Split('\t') is [{ Length: > 0 } name, { Length: > 0 } version])
            {
                packages.Add(new VMGuestPackage { Name = name, Version = version });
            }
        }

        return [.. packages.OrderBy(static package => package.Name, StringComparer.Ordinal)];
    }
}
