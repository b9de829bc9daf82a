#!/usr/bin/env bash
# pwsh.sh OUTDIR: PowerShell and Pester for the tests, as NuGet packages, into OUTDIR: OUTDIR/pwsh and OUTDIR/Modules/Pester. Nothing outside of it is changed.
# Does nothing, and needs no network, where they are there. Ends with an error where NuGet does not have them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 1 ] || { echo "usage: pwsh.sh OUTDIR" >&2; exit 2; }
# The newest that runs on the SDK of global.json; Pester as the tests are written for.
powershell=7.6.9 pester=5.7.1
[ -x "$1/pwsh" ] && [ -d "$1/Modules/Pester/$pester" ] && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed "s/@PESTER@/$pester/" "$here/pwsh/Pester.csproj.in" > "$work/Pester.csproj"
rm -rf "$1"
mkdir -p "$1/Modules/Pester"
dotnet tool install PowerShell --version "$powershell" --tool-path "$1"
dotnet restore "$work/Pester.csproj" --packages "$work/packages" -v q
cp -r "$work/packages/pester/$pester/tools" "$1/Modules/Pester/$pester"
