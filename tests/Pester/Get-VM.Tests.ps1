BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $a = New-TestVM a
    $b = New-TestVM b
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VM' {
    It 'gets one by name' { (Get-VM $a.Name).Id | Should -Be $a.Id }
    It 'gets several by name' { (Get-VM $a.Name, $b.Name).Name | Should -Be $a.Name, $b.Name }
    It 'gets those of a pattern' { Get-VM (New-TestName '*') | Should -HaveCount 2 }
    It 'gets one by id' { (Get-VM -Id $b.Id).Name | Should -Be $b.Name }
    It 'gets names from the pipeline' { ($a.Name | Get-VM).Id | Should -Be $a.Id }
    It 'reads an object anew' { ($a | Get-VM).Id | Should -Be $a.Id }
    It 'gives objects that know their host' { (Get-VM $a.Name).ComputerName | Should -Be $env:VIRT_ENDPOINT }
    It 'gives nothing for a pattern without a match' { Get-VM 'no-such-*' | Should -BeNullOrEmpty }

    It 'names the nearest when a name does not exist' {
        $found = Get-VM ($a.Name + 'x') -ErrorVariable problem -ErrorAction SilentlyContinue
        $found | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'VMNotFound*'
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $problem[0].TargetObject | Should -Be ($a.Name + 'x')
        "$($problem[0])" | Should -BeLike "*$($a.Name)*"
    }

    It 'says what one that runs uses, and nothing of one that does not' {
        $a | Start-VM -Wait -For GuestAgent -TimeoutSeconds 120
        $running = Get-VM $a.Name
        $running.UsedMemoryBytes | Should -BeGreaterThan 1MB
        $running.CpuPercent | Should -BeGreaterThan 0
        ($running | Out-String -Width 160) | Should -Match '\d+%/[\d.,]+ MB'
        (Get-VM $b.Name).CpuPercent | Should -BeNullOrEmpty
        (Get-VM $b.Name).UsedMemoryBytes | Should -BeNullOrEmpty
        $running | Stop-VM -TurnOff
    }

    It 'shows a table of seven columns' {
        $header = (Get-VM $a.Name | Out-String -Width 160).Trim().Split("`n")[0].Trim() -split '\s+'
        $header | Should -Be 'Name', 'State', 'Health', 'Host', 'IPAddress', 'CPU/Memory', 'Uptime'
    }

    It 'says where the screen of one that runs is to be seen' {
        (Get-VM $a.Name).VncSocketPath | Should -BeNullOrEmpty
        $a | Start-VM
        for ($i = 0; $i -lt 600 -and -not ($path = (Get-VM $a.Name).VncSocketPath); $i++) { Start-Sleep -Milliseconds 50 }
        Test-Path $path | Should -BeTrue
        $a | Stop-VM -TurnOff
    }
}
