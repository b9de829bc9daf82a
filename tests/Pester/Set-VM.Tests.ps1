BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-TestVM
}

AfterAll { Remove-TestWorkload }

Describe 'Set-VM' {
    It 'changes one that is off at once' {
        $set = Set-VM $vm.Name -ProcessorCount 2 -MemoryStartupBytes 224MB -Notes why -AutomaticStartAction Nothing -AutomaticStartDelaySeconds 5 -AutomaticStopAction Save -After db -PassThru -WarningAction SilentlyContinue
        $set.ProcessorCount, $set.MemoryBytes, $set.Notes, $set.AutomaticStartAction, $set.AutomaticStartDelay.TotalSeconds, $set.AutomaticStopAction, $set.After |
            Should -Be 2, 224MB, why, Nothing, 5, Save, db
        $set.PendingChanges | Should -BeNullOrEmpty
    }

    It 'warns of a machine to wait for that is not there, and refuses a ring' {
        Set-VM $vm.Name -After db -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -BeLike "*'db'*"
        $other = New-TestVM ring
        Set-VM $other.Name -After $vm.Name
        Set-VM $vm.Name -After $other.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'StartOrderRing,*'
    }

    It 'says what waits for the next start of one that runs' {
        $vm | Start-VM
        $set = Set-VM $vm.Name -ProcessorCount 1 -PassThru -WarningVariable warning -WarningAction SilentlyContinue
        $set.ProcessorCount | Should -Be 2
        $set.PendingChanges | Should -Be 'ProcessorCount 1'
        "$warning" | Should -BeLike "*Restart-VM $($vm.Name)*"
    }

    It 'says of one that is saved that it must go on first' {
        $saved = New-TestVM saved
        $saved | Start-VM
        $saved | Save-VM
        Set-VM $saved.Name -ProcessorCount 2 -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -BeLike "*'Start-VM $($saved.Name); Restart-VM $($saved.Name)'*"
    }

    It 'takes nothing from a machine that is piped but itself' {
        $set = Get-VM $vm.Name | Set-VM -Notes other -PassThru -WarningAction SilentlyContinue
        $set.Notes | Should -Be other
        $set.PendingChanges | Should -Be 'ProcessorCount 1'
    }

    It 'changes nothing with -WhatIf' {
        Set-VM $vm.Name -Notes third -WhatIf
        (Get-VM $vm.Name).Notes | Should -Be other
    }

    It 'says what its guest is asked, and that it is asked nothing' {
        $set = Set-VM $vm.Name -HealthCommand 'test -e /tmp' -HealthIntervalSeconds 0.5 -HealthRetries 2 -PassThru -WarningAction SilentlyContinue
        $set.HealthCheck.Command | Should -Be '/bin/sh', '-c', 'test -e /tmp'
        $set.HealthCheck.Interval.TotalSeconds, $set.HealthCheck.Retries, $set.HealthCheck.StartPeriod.TotalMinutes | Should -Be 0.5, 2, 5
        (Set-VM $vm.Name -HealthCommand @() -PassThru -WarningAction SilentlyContinue).HealthCheck | Should -BeNullOrEmpty
        Set-VM $vm.Name -HealthTcp 70000 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InvalidHealthTcp*'
    }

    It 'gives it a schedule of checkpoints, and takes it away' {
        $set = Set-VM $vm.Name -CheckpointSchedule '0 3 * * *' -CheckpointTimeZone Europe/Berlin -CheckpointExpiresAfter 7d -PassThru -WarningAction SilentlyContinue
        $set.CheckpointSchedule, $set.CheckpointTimeZone, $set.CheckpointExpiresAfter.TotalDays | Should -Be '0 3 * * *', Europe/Berlin, 7
        $set.NextCheckpointTime | Should -BeGreaterThan ([DateTimeOffset]::UtcNow)
        Set-VM $vm.Name -CheckpointSchedule '0 * * * *' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'InvalidCheckpointSchedule*'
        Set-VM $vm.Name -CheckpointSchedule nightly -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'BadCron*'
        (Set-VM $vm.Name -CheckpointSchedule '' -PassThru -WarningAction SilentlyContinue).NextCheckpointTime | Should -BeNullOrEmpty
    }

    It 'refuses what no machine can have' {
        Set-VM $vm.Name -MemoryStartupBytes 1 -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].CategoryInfo.Category | Should -Be InvalidArgument
        "$($problem[0])" | Should -BeLike '*32MB to*'
    }

    It 'gives one that is off a watchdog and a tablet, and refuses while it runs' {
        $dog = New-TestVM dog
        ($dog | Set-VM -WatchdogAction Pause -PassThru).WatchdogAction | Should -Be Pause
        ($dog | Set-VM -UsbTablet -PassThru).HasUsbTablet | Should -BeTrue
        ($dog | Set-VM -WithAgent -PassThru).HasAgent | Should -BeTrue
        $dog | Start-VM
        $dog | Set-VM -WatchdogAction None -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMWrongState*'
        $dog | Set-VM -UsbTablet:$false -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMWrongState*'
    }
}
