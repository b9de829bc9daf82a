BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Set-VMMemory' {
    It 'gives a machine that runs more memory where it was started with room for it, and says what waits for its next start' {
        $set = Set-VMMemory $vm.Name -MaximumBytes 512MB -PassThru
        $set.MaximumBytes, $set.PendingChanges.Count | Should -Be 512MB, 0
        $vm | Start-VM -PassThru | Wait-VM -For GuestAgent
        $before = [long]((Invoke-VMCommand $vm.Name -- sh -c 'sed -n "s/MemTotal: *\([0-9]*\).*/\1/p" /proc/meminfo').Output)
        $set = Set-VMMemory $vm.Name 320MB -PassThru
        $set.AssignedBytes, $set.AddedBytes, $set.StartupBytes, $set.Status | Should -Be 320MB, 128MB, 320MB, ''
        [long]((Invoke-VMCommand $vm.Name -- sh -c 'sed -n "s/MemTotal: *\([0-9]*\).*/\1/p" /proc/meminfo').Output) - $before | Should -BeGreaterThan 100000
        $set = Set-VMMemory $vm.Name -StartupBytes 4GB -MaximumBytes 0 -PassThru -WarningVariable warning -WarningAction SilentlyContinue
        $set.AssignedBytes | Should -Be 320MB
        $set.PendingChanges | Should -Be 'MemoryBytes 4GB', 'MaximumBytes 0'
        "$warning" | Should -BeLike "*Restart-VM $($vm.Name)*"
    }

    It 'refuses a maximum that is less than what a machine is started with' {
        Set-VMMemory $vm.Name -MaximumBytes 64MB -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InvalidMemoryMaximum*'
    }
}
