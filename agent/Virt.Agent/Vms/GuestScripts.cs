namespace Virt.Agent.Vms;

/// <summary>What a guest's shell does before and after a file is copied into it. POSIX sh and what coreutils and busybox have alike; each exit code is one cause.</summary>
internal static class GuestScripts
{
    /// <summary>There is no such folder.</summary>
    public const int NoFolder = 11;

    /// <summary>A folder stands where the file is to go.</summary>
    public const int IsFolder = 12;

    /// <summary>A file stands there.</summary>
    public const int Exists = 13;

    /// <summary>The file is not as long as what was sent.</summary>
    public const int IsShort = 15;

    /// <summary>Finds out where the file goes, which is what it writes, and makes an empty one beside that only root can read. Arguments: destination, name, name of the one beside, force, make folders (each 1 or 0).</summary>
    public const string Prepare = """
        d=$1
        case $d in */) ;; *) if [ -d "$d" ]; then d=$d/; fi ;; esac
        case $d in */) d=$d$2 ;; esac
        if [ -L "$d" ]; then d=$(readlink -f "$d") || exit 14; fi
        f=${d%/*}/
        if [ "$5" = 1 ]; then mkdir -p "$f" || exit 14; fi
        [ -d "$f" ] || exit 11
        [ ! -d "$d" ] || exit 12
        if [ "$4" != 1 ] && [ -e "$d" ]; then exit 13; fi
        umask 077
        (set -C; : > "$f$3") || exit 14
        printf %s "$d"
        """;

    /// <summary>Puts the file in its place. Arguments: the one beside, destination, permissions, bytes, force.</summary>
    public const string Commit = """
        [ "$(wc -c < "$1")" -eq "$4" ] || exit 15
        chmod "$3" "$1" || exit 14
        sync "$1" 2>/dev/null || sync
        [ ! -d "$2" ] || exit 12
        if [ "$5" != 1 ] && [ -e "$2" ]; then exit 13; fi
        mv -f "$1" "$2" || exit 14
        """;
}
