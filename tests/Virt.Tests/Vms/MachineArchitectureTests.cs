using System;
using System.Runtime.InteropServices;
using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class MachineArchitectureTests
{
    [Theory]
    [InlineData(VMArchitecture.Host, Architecture.X64, VMArchitecture.X64, "x64")]
    [InlineData(VMArchitecture.Host, Architecture.Arm64, VMArchitecture.Arm64, "arm64")]
    [InlineData(VMArchitecture.Arm64, Architecture.X64, VMArchitecture.Arm64, "arm64")]
    [InlineData(VMArchitecture.X64, Architecture.Arm64, VMArchitecture.X64, "x64")]
    public void A_new_machine_has_the_CPU_that_was_asked_for_or_its_hosts_for_good(VMArchitecture asked, Architecture host, VMArchitecture written, string text)
    {
        Assert.Equal(written, MachineArchitecture.Fixed(asked, host));
        Assert.Equal(text, MachineArchitecture.TextOf(MachineArchitecture.CpuOf(asked, host)));
        Assert.Equal(written, MachineArchitecture.Named(text));
    }

    [Fact]
    public void One_that_nobody_knows_has_no_name_and_is_refused()
    {
        Assert.Null(MachineArchitecture.Named("riscv64"));
        Assert.Null(MachineArchitecture.Named("X64"));
        var e = Assert.Throws<VirtException>(static () => MachineArchitecture.Check("create", "web01", (VMArchitecture)7, 2, Architecture.X64));
        Assert.Equal((ErrorCode.InvalidArgument, "InvalidArchitecture"), (e.Code, e.Id));
    }

    [Theory]
    [InlineData(true, false, null)]
    [InlineData(false, false, "qemu-system-aarch64 is not installed")]
    [InlineData(false, true, "qemu-system-aarch64 and its UEFI firmware are not installed")]
    [InlineData(true, true, "the UEFI firmware of qemu-system-aarch64 is not installed")]
    public void What_an_emulator_lacks_is_named(bool hasProgram, bool lacksUefi, string? text) => Assert.Equal(text, MachineArchitecture.WhatIsMissing("qemu-system-aarch64", hasProgram, lacksUefi));

    [Fact]
    public void The_hosts_own_agent_is_not_for_a_guest_of_another_CPU()
    {
        MachineArchitecture.CheckAgent("create", "web01", VMArchitecture.Host, Architecture.Arm64, "");
        MachineArchitecture.CheckAgent("create", "web01", VMArchitecture.X64, Architecture.X64, "");
        var e = Assert.Throws<VirtException>(static () => MachineArchitecture.CheckAgent("create", "web01", VMArchitecture.Arm64, Architecture.X64, "Get-VM"));
        Assert.Equal((ErrorCode.NotSupported, "AgentNotForGuest", "Get-VM"), (e.Code, e.Id, e.RecommendedAction));
        Assert.Contains("arm64", e.Message, StringComparison.Ordinal);
    }
}
