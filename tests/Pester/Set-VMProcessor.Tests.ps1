BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Set-VMProcessor' {
    It 'changes one that is off at once, and says what waits for the next start of one that runs' {
        $set = Set-VMProcessor $vm.Name 4 -CoreCountPerSocket 2 -Model X86-64-V2 -PassThru
        $set.Count, $set.SocketCount, $set.Model, $set.PendingChanges.Count | Should -Be 4, 2, x86-64-v2, 0
        $vm | Start-VM
        $set = Set-VMProcessor $vm.Name -Model Host -PassThru -WarningVariable warning -WarningAction SilentlyContinue
        $set.Model, $set.PendingChanges | Should -Be Host, 'Model Host'
        "$warning" | Should -BeLike "*Restart-VM $($vm.Name)*"
    }

    It 'refuses models that there are not, and parts that do not make up the whole' {
        Set-VMProcessor $vm.Name -Model 486 -ErrorVariable problem -ErrorAction SilentlyContinue
        "$($problem[0])" | Should -BeLike '*x86-64-v2*'
        Set-VMProcessor $vm.Name -Count 3 -CoreCountPerSocket 2 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidArgument
    }
}
