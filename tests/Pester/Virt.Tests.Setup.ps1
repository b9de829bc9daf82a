# What every Pester file begins with: the module, and names of this file's own, so that nothing of the user's is touched and all of ours is removed.
if (-not (Get-Module Virt)) {
    Import-Module (Join-Path $PSScriptRoot '../../out/module/Virt/Virt.psd1') -ErrorAction Stop
}

$script:TestPrefix = 'pester-' + [guid]::NewGuid().ToString('N').Substring(0, 8)

function New-TestName([string] $Word = 'a') {
    "$script:TestPrefix-$Word"
}

function New-TestVM([string] $Word = 'a') {
    # BIOS: the starter guest is there in two seconds, under UEFI in eight.
    New-VM (New-TestName $Word) -Image starter -MemoryStartupBytes 192MB -Generation 1 -ErrorAction Stop
}

function Start-TestContainer([string] $Word = 'a', [string[]] $Command = @('sleep', '600')) {
    Start-Container -Image starter -Name (New-TestName $Word) -Command $Command -ErrorAction Stop
}

# A Debian container whose service is version 1 of a package of the archive that the session serves: there is something to patch in it.
function Start-TestService([string] $Word, [string] $Package = 'virt-good', [int] $Port = 8080) {
    Start-Container -Image debian -Name (New-TestName $Word) -Command "$Package-server", $Port -ErrorAction Stop
}

function Get-TestVersion([string] $Container, [string] $Package = 'virt-good') {
    (Invoke-ContainerCommand $Container -- cat "/usr/share/$Package/version").Output.Trim()
}

function Remove-TestWorkload {
    # Those first that stand on the disk of another.
    Get-VM "$script:TestPrefix-*" | Sort-Object { $_.LinkedTo -eq '' } | Remove-VM -Force -DeleteDisk
    Get-Container "$script:TestPrefix-*" | Remove-Container -Force
    Get-VirtVolume "$script:TestPrefix-*" | Remove-VirtVolume -Force
    Get-VirtNetwork "$script:TestPrefix-*" | Remove-VirtNetwork
}
