namespace Virt.Agent.Vms;

/// <summary>What a guest's shell does before and after a file or a folder is copied into it, and before one is copied out. POSIX sh and what coreutils and busybox have alike; each exit code is one cause.</summary>
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

    /// <summary>Something that is no folder stands where one is to go.</summary>
    public const int NoFolderThere = 16;

    /// <summary>A folder stands where one is to go.</summary>
    public const int FolderExists = 17;

    /// <summary>A program is missing; its name is what it writes.</summary>
    public const int NoProgram = 18;

    /// <summary>A file would have to be where a folder stands, or the other way round; its name is what it writes.</summary>
    public const int Clash = 19;

    /// <summary>There is no such user.</summary>
    public const int NoUser = 21;

    /// <summary>There is no program that runs something as another user.</summary>
    public const int NoUserProgram = 22;

    /// <summary>
    /// Finds a user, and a program that runs something as him: writes its name, and below it his line of passwd(5). Arguments: his name or uid, the program that he is to run, which may be empty.
    /// </summary>
    public const string FindUser = """
        e=$(getent passwd "$1" 2> /dev/null) || e=
        if [ -z "$e" ]; then
            e=$(while IFS=: read -r n p i r; do if [ "$n" = "$1" ] || [ "$i" = "$1" ]; then printf %s "$n:$p:$i:$r"; break; fi; done < /etc/passwd)
        fi
        [ -n "$e" ] || exit 21
        if setpriv --reuid 0 --regid 0 --init-groups -- true 2> /dev/null; then m=setpriv
        elif command -v runuser > /dev/null; then m=runuser
        elif command -v su > /dev/null; then m=su
        else exit 22
        fi
        if [ -n "$2" ] && ! command -v "$2" > /dev/null; then exit 18; fi
        printf '%s\n%s\n' "$m" "$e"
        """;

    /// <summary>
    /// Puts a script, which it reads, into a new folder that only root can list, and writes that folder's path. Rather under /run, which a guest forgets when it is turned off.
    /// Arguments: the folder's name, the file's name, the interpreter, the uid and gid of who is to read it (empty: root).
    /// </summary>
    public const string PutScript = """
        command -v "$3" > /dev/null || exit 18
        umask 077
        for d in /run /tmp /var/tmp; do
            d=$d/$1
            if mkdir "$d" 2> /dev/null; then
                cat > "$d/$2" || exit 14
                if [ -n "$4" ]; then chown "$4" "$d/$2" && chmod 711 "$d" || exit 14; fi
                printf %s "$d"
                exit
            fi
        done
        exit 11
        """;

    /// <summary>Runs a command and removes a folder after it, also where nobody waits for it any more. Arguments: the folder, the command.</summary>
    public const string RunAndRemove = """d=$1; shift; "$@"; c=$?; rm -rf "$d"; exit $c""";

    /// <summary>Lists a folder: the mark, mode, size, time and name of each. Arguments: the folder, the mark.</summary>
    public const string List = """
        for t in find stat tar; do command -v "$t" > /dev/null || { printf %s "$t"; exit 18; }; done
        cd "$1" || exit 14
        find . -exec stat -c "$2 %f %s %Y %n" {} +
        true
        """;

    /// <summary>Writes an archive of some of what is in a folder. Arguments: the folder, the names in it.</summary>
    public const string Pack = """d=$1; shift; exec tar -C "$d" -cf - "$@" """;

    /// <summary>Unpacks an archive into a folder. Argument: the folder.</summary>
    public const string Unpack = """exec tar -C "$1" -xpf -""";

    /// <summary>As <see cref="Prepare"/>, for a folder.</summary>
    public const string PrepareFolder = """
        for t in find stat tar; do command -v "$t" > /dev/null || { printf %s "$t"; exit 18; }; done
        d=$1
        case $d in */) ;; *) if [ -d "$d" ]; then d=$d/; fi ;; esac
        case $d in */) d=$d$2 ;; esac
        f=${d%/*}/
        if [ "$5" = 1 ]; then mkdir -p "$f" || exit 14; fi
        [ -d "$f" ] || exit 11
        if [ -e "$d" ] || [ -L "$d" ]; then
            [ -d "$d" ] || exit 16
            [ "$4" = 1 ] || exit 17
        fi
        umask 077
        mkdir "$f$3" || exit 14
        printf %s "$d"
        """;

    /// <summary>
    /// Puts the folder in its place, or what is in it into the folder that stands there: first looks whether all of it can go, then goes file by file.
    /// Arguments: the one beside, destination, permissions, force.
    /// </summary>
    public const string CommitFolder = """
        sync
        if [ -e "$2" ] || [ -L "$2" ]; then
            [ -d "$2" ] || exit 16
            [ "$4" = 1 ] || exit 17
            cd "$1" || exit 14
            clash=$(find . ! -name . -exec sh -c '
                d=$1; shift
                for f; do
                    if [ -d "$f" ] && [ ! -L "$f" ]; then
                        if [ ! -d "$d/$f" ] && { [ -e "$d/$f" ] || [ -L "$d/$f" ]; }; then printf "%s\n" "$f"; fi
                    elif [ -d "$d/$f" ] && [ ! -L "$d/$f" ]; then printf "%s\n" "$f"
                    fi
                done' sh "$2" {} +)
            [ -z "$clash" ] || { printf %s "$clash"; exit 19; }
            find . ! -name . -type d -exec sh -c 'd=$1; shift; for f; do [ -d "$d/$f" ] || mkdir -m "$(stat -c %a "$f")" "$d/$f"; done' sh "$2" {} +
            find . ! -type d -exec sh -c 'd=$1; shift; for f; do [ ! -L "$d/$f" ] || rm -f "$d/$f"; mv -f "$f" "$d/$f"; done' sh "$2" {} +
            [ -z "$(find . ! -type d)" ] || exit 14
            cd / && rm -rf "$1"
        else
            chmod "$3" "$1" && mv "$1" "$2" || exit 14
        fi
        """;

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
