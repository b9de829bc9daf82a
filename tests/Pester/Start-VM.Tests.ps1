BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Start-VM' {
    It 'starts nothing with -WhatIf' {
        Start-VM $vm.Name -WhatIf
        (Get-VM $vm.Name).State | Should -Be Stopped
    }

    It 'gives nothing' { Start-VM $vm.Name | Should -BeNullOrEmpty }
    It 'has started it' { (Get-VM $vm.Name).State | Should -Be Running }

    It 'leaves one alone that runs already' {
        $before = (Get-VM $vm.Name).Uptime
        (Start-VM $vm.Name -PassThru -ErrorAction Stop).Uptime | Should -BeGreaterThan $before
    }

    It 'says why a job has failed that ended at once' {
        $job = Start-VM (New-TestName nosuch) -AsJob | Wait-Job -Timeout 60
        $job.State | Should -Be Failed
        $job | Receive-Job -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMNotFound*'
        $job | Remove-Job
    }

    It 'starts an object, waits for it and gives it' {
        Stop-VM $vm.Name -TurnOff
        $started = $vm | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120 -PassThru
        $started.Health | Should -Be Healthy
    }

    It 'says what was awaited when the time is over' {
        Stop-VM $vm.Name -TurnOff
        Start-VM $vm.Name -Wait -For Port -Port 9 -TimeoutSeconds 1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem | Should -Not -BeNullOrEmpty
        "$($problem[0])" | Should -BeLike '*ort*'
    }
}
