BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Compare-VM' {
    It 'says which peers there are when the other host is none' {
        Compare-VM $vm.Name -DestinationHost nowhere -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'PeerNotFound*'
    }

    It 'knows the other host under its short name' {
        (Get-Command Compare-VM).Parameters['DestinationHost'].Aliases | Should -Contain 'Destination'
    }

    It 'names the machine that is not there' {
        Compare-VM "$($vm.Name)-no" nowhere -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }
}
