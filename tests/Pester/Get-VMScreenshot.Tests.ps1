BeforeAll {
    . $PSScriptRoot/Virt.Tests.Setup.ps1
    $vm = New-VM (New-TestName screen) -MemoryStartupBytes 32MB -Generation 1 -NoVHD -VideoAdapter VGA | Start-VM -PassThru
}

AfterAll { Remove-TestWorkload }

Describe 'Get-VMScreenshot' {
    It 'gives a picture, and writes it to a file' {
        $shot = $vm | Get-VMScreenshot -Path $TestDrive
        $shot.Width | Should -BeGreaterThan 0
        $shot.Path | Should -Be (Join-Path $TestDrive "$($vm.Name).png")
        [IO.File]::ReadAllBytes($shot.Path)[1..3] | Should -Be ([byte[]][char[]]'PNG')
    }

    It 'says so where the output goes to no terminal that shows pictures' {
        $vm | Get-VMScreenshot -Show -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'TerminalShowsNoPictures*'
    }

    It 'says so where there is no screen' {
        $blind = New-VM (New-TestName blind) -MemoryStartupBytes 32MB -Generation 1 -NoVHD -VideoAdapter None | Start-VM -PassThru
        Get-VMScreenshot $blind.Name -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NoVideoAdapter*'
    }
}
