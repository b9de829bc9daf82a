BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $script:vm = New-TestVM
    $vm | Start-VM -Wait -For GuestAgent
    Invoke-VMCommand $vm.Name -- sh -c 'echo before > /run/mark' | Out-Null
    Checkpoint-VM $vm.Name -SnapshotName before
    Invoke-VMCommand $vm.Name -- sh -c 'echo after > /run/mark' | Out-Null
}

AfterAll { Remove-TestWorkload }

Describe 'Restore-VMCheckpoint' {
    It 'changes nothing with -WhatIf' {
        Restore-VMCheckpoint -VMName $vm.Name -Name before -WhatIf
        (Invoke-VMCommand $vm.Name -- cat /run/mark).Output | Should -Be after
    }

    It 'brings the guest back to where it was' {
        (Restore-VMCheckpoint -VMName $vm.Name -Name before -PassThru -Confirm:$false).State | Should -Be Running
        (Invoke-VMCommand $vm.Name -- cat /run/mark).Output | Should -Be before
        Get-VMCheckpoint $vm.Name | Restore-VMCheckpoint -Confirm:$false
        (Get-VM $vm.Name).State | Should -Be Running
    }

    It 'brings its settings back' {
        Set-VM $vm.Name -Notes after
        (Restore-VMCheckpoint -VMName $vm.Name -Name before -PassThru -Confirm:$false).Notes | Should -Be ''
    }

    It 'offers the nearest name' {
        Restore-VMCheckpoint -VMName $vm.Name -Name befor -Confirm:$false -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].Exception.Message | Should -BeLike "*did you mean 'before'?"
    }
}
