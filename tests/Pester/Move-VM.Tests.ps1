BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Move-VM' {
    It 'moves nothing to a host that is no peer, also with -WhatIf' {
        foreach ($whatIf in $true, $false) {
            Move-VM $vm.Name -DestinationHost nowhere -WhatIf:$whatIf -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'PeerNotFound*'
        }

        (Get-VM $vm.Name).State | Should -Be Stopped
    }

    It 'refuses a plan that is none' {
        { Move-VM -Plan 'no plan' } | Should -Throw
    }

    It 'takes a plan as an object, from ConvertFrom-Json and as text' {
        # One that was altered: each way it reaches the agent, which says so.
        $plan = [Virt.VMMovePlan]@{ VMName = $vm.Name; VMId = $vm.Id; DestinationHost = 'nowhere'; Hash = 'sha256:0' }
        $json = $plan | ConvertTo-Json -Depth 5
        foreach ($form in $plan, ($json | ConvertFrom-Json), $json) {
            Move-VM -Plan $form -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'PeerNotFound*'
        }
    }
}
