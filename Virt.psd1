@{
    RootModule           = 'Virt.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '6d0f6a3b-3c0e-4c39-9a3e-0b7f6f6f2c51'
    Author               = 'The Virt authors'
    CompanyName          = 'Virt'
    Copyright            = 'Copyright the Virt authors. Apache-2.0.'
    Description          = 'Virtual machines and containers on Linux hosts, from PowerShell.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FormatsToProcess     = @('Virt.Format.ps1xml')
    CmdletsToExport      = @(
        'Add-VirtPeer'
        'Connect-VirtHost'
        'Disconnect-VirtHost'
        'Checkpoint-VM'
        'Compare-VM'
        'Get-Container'
        'Get-ContainerImage'
        'Get-ContainerLog'
        'Get-PatchHistory'
        'Get-PatchReport'
        'Get-PatchSchedule'
        'Get-PatchStatus'
        'Get-VirtHost'
        'Get-VirtNetwork'
        'Get-VirtOperation'
        'Get-VirtPeer'
        'Get-VM'
        'Get-VMCheckpoint'
        'Get-VMImage'
        'Invoke-ContainerCommand'
        'Invoke-Patch'
        'Invoke-VMCommand'
        'Move-VM'
        'New-Container'
        'New-PatchPlan'
        'New-VirtNetwork'
        'New-VirtPeerCode'
        'New-VM'
        'Register-PatchSchedule'
        'Remove-Container'
        'Remove-VirtNetwork'
        'Remove-VirtPeer'
        'Remove-VM'
        'Remove-VMCheckpoint'
        'Restore-VMCheckpoint'
        'Set-VirtNetwork'
        'Start-Container'
        'Start-VM'
        'Stop-Container'
        'Stop-VirtOperation'
        'Stop-VM'
        'Test-VirtHost'
        'Undo-Patch'
        'Unregister-PatchSchedule'
        'Wait-Container'
        'Wait-VirtOperation'
        'Wait-VM'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('Virtualization', 'Container', 'QEMU', 'KVM', 'Linux')
            LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
        }
    }
}
