# Sourced by the other scripts: where things are, how they speak, and when something has to be made again.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/out

case $(uname -m) in
    x86_64) rid=linux-x64 debian_arch=amd64 ;;
    aarch64) rid=linux-arm64 debian_arch=arm64 ;;
    *) echo "Virt is built for x86-64 and arm64; this machine is $(uname -m)." >&2; exit 1 ;;
esac

# A fresh machine has the SDK but not always ICU, and nothing here needs a culture.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Without it a build leaves processes behind that hold the caller's output open for a quarter of an hour.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

say() { printf '%s\n' "$*" >&2; }

fail() { say "$*"; exit 1; }

# The files under the given paths as git knows them (tracked or new, not ignored), NUL between them; any file where there is no git.
files_of() {
    cd "$root" || return
    # safe.directory: under sudo the checkout belongs to somebody else.
    git -c safe.directory='*' ls-files -z -co --exclude-standard -- "$@" 2>/dev/null || find "$@" -type f -not -path './out/*' -print0 2>/dev/null
}

# A hash of names and contents: what a product depends on has changed exactly when this has.
hash_of() { files_of "$@" | sort -z | (cd "$root" && xargs -0 -r sha256sum 2>/dev/null || true) | sha256sum | cut -c1-32; }

# is_fresh <name> <hash> <file>...: true when <name> was made from exactly this and all of its files are there.
is_fresh() {
    local stamp=$out/stamps/$1 hash=$2 file
    shift 2
    for file in "$@"; do [ -e "$file" ] || return 1; done
    [ -r "$stamp" ] && [ "$(<"$stamp")" = "$hash" ]
}

mark_fresh() { mkdir -p "$out/stamps" && printf '%s' "$2" >"$out/stamps/$1"; }
