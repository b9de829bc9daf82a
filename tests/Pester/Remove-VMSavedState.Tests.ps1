BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Remove-VMSavedState' {
    It 'turns a saved machine into one that is off' {
        $vm | Start-VM
        $vm | Save-VM
        ($vm | Remove-VMSavedState -Confirm:$false -PassThru).State | Should -Be Stopped
    }

    It 'refuses one that was not saved' {
        Remove-VMSavedState $vm.Name -Confirm:$false -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*it is Stopped; Saved is required*'
    }
}
