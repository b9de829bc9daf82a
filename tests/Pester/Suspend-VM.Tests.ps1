BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Suspend-VM' {
    It 'lets one stand still' {
        $vm | Start-VM
        ($vm | Suspend-VM -PassThru).State | Should -Be Paused
    }

    It 'says what to type when it stands still already' {
        Suspend-VM $vm.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidOperation
        $problem[0].ErrorDetails.RecommendedAction | Should -BeLike 'Resume-VM*'
    }
}
