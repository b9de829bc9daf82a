using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace Virt.Tests.Module;

public sealed class ImportTests
{
    private static readonly string Manifest = Path.Combine(Shell.ModuleFolder, "Virt.psd1");

    [Fact]
    public void A_prefix_keeps_the_names_apart()
    {
        using var shell = new Shell(import: false);
        shell.Run($"Import-Module '{Manifest}' -Prefix Virt");
        Assert.Empty(shell.Errors);
        Assert.Equal("Get-VirtVM", Assert.Single(shell.Run<CmdletInfo>("Get-Command Get-VirtVM")).Name);
        Assert.Empty(shell.Run("Get-Command Get-VM -ErrorAction Ignore"));
    }

    [Fact]
    public void Importing_beside_Hyper_V_warns_with_the_names_that_are_shadowed()
    {
        using var shell = new Shell(import: false);
        shell.Run("New-Module -Name Hyper-V { function Get-VM { }; function Start-VM { }; function Mount-VHD { }; Export-ModuleMember -Function * } | Import-Module");
        shell.Run($"Import-Module '{Manifest}'");
        Assert.Empty(shell.Errors);
        var warning = Assert.Single(shell.Host.Warnings);
        Assert.Contains("shadows commands of the module Hyper-V: Get-VM, Start-VM.", warning, StringComparison.Ordinal);
        Assert.Contains("Hyper-V\\Get-VM", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Importing_alone_warns_of_nothing()
    {
        using var shell = new Shell();
        Assert.Empty(shell.Host.Warnings);
    }

    [Fact]
    public void The_folder_holds_what_is_needed_and_no_engine()
    {
        var files = Directory.GetFiles(Shell.ModuleFolder, "*.dll").Select(Path.GetFileName);
        Assert.Equal(
            [
                "MessagePack.Annotations.dll", "MessagePack.dll", "System.Buffers.dll", "System.Memory.dll", "System.Numerics.Vectors.dll",
                "System.Runtime.CompilerServices.Unsafe.dll", "Virt.Protocol.dll", "Virt.dll",
            ],
            files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Objects_can_be_made_by_a_test()
    {
        using var shell = new Shell();
        var vm = Assert.Single(shell.Run<VM>("[Virt.VM]@{ Name = 'x'; State = 'Running'; MemoryBytes = 4GB; IPAddresses = '10.0.0.5' }"));
        Assert.Equal(("x", VMState.Running, 4L << 30, "10.0.0.5"), (vm.Name, vm.State, vm.MemoryBytes, vm.IPAddresses[0]));
        Assert.Empty(shell.Errors);
    }
}
