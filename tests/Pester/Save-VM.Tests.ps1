BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Save-VM' {
    It 'keeps what the guest has in memory until its next start' {
        $vm | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120
        $null = Invoke-VMCommand $vm.Name -- sh -c 'echo here > /run/mark'
        $saved = $vm | Save-VM -PassThru
        $saved.State | Should -Be Saved
        $saved.ProcessId | Should -BeNullOrEmpty
        $vm | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120
        (Invoke-VMCommand $vm.Name -- cat /run/mark).Output.Trim() | Should -Be here
    }

    It 'saves none with -WhatIf' {
        $vm | Save-VM -WhatIf
        (Get-VM $vm.Name).State | Should -Be Running
    }

    It 'refuses one that is off' {
        $vm | Stop-VM -TurnOff
        Save-VM $vm.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
    }
}
