BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $a = Start-TestContainer a
    $b = New-Container (New-TestName b) -Image starter -Command sleep, 600
}

AfterAll { Remove-TestWorkload }

Describe 'Get-Container' {
    It 'gets one by name' { (Get-Container $a.Name).Id | Should -Be $a.Id }
    It 'gets those of a pattern' { Get-Container (New-TestName '*') | Should -HaveCount 2 }
    It 'gets one by id' { (Get-Container -Id $b.Id).Name | Should -Be $b.Name }
    It 'tells what runs from what was only made' { (Get-Container $a.Name, $b.Name).State | Should -Be Running, Created }
    It 'gives nothing for a pattern without a match' { Get-Container 'no-such-*' | Should -BeNullOrEmpty }

    It 'shows the generation, and none before the first' {
        $found = Get-Container $a.Name
        $found.Generation | Should -Be 0
        $found.Layers | Should -BeNullOrEmpty
        $found.Previous | Should -BeNullOrEmpty
    }

    It 'names the nearest when a name does not exist' {
        Get-Container ($a.Name + 'x') -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ContainerNotFound*'
        "$($problem[0])" | Should -BeLike "*$($a.Name)*"
    }

    It 'shows the ports' {
        $header = (Get-Container $a.Name | Out-String -Width 160).Trim().Split("`n")[0].Trim() -split '\s+'
        $header | Should -Be 'Name', 'State', 'Health', 'Host', 'IPAddress', 'Ports', 'Uptime'
    }
}
