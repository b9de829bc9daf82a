using System;
using Virt.Linux.Capabilities;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.Tests.Linux;

public sealed class CapabilitySetTests
{
    [Fact]
    public void The_default_is_dockers() => Assert.Equal(0xa80425fbUL, CapabilitySet.Default);

    [Fact]
    public void Names_and_bits_turn_into_each_other()
    {
        Assert.Equal(1UL << 21, CapabilitySet.Parse("cap_sys_admin"));
        Assert.Equal(["CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"], CapabilitySet.Format(1 | (1UL << 40)));
        Assert.Throws<ArgumentException>(() => CapabilitySet.Parse("CAP_FLY"));
    }

    [Theory]
    [InlineData("sh", "/usr/bin:/bin/", new[] { "/usr/bin/sh", "/bin/sh" })]
    [InlineData("./sh", "/bin", new[] { "./sh" })]
    [InlineData("/bin/sh", "/usr/bin", new[] { "/bin/sh" })]
    [InlineData("sh", "", new[] { "sh" })]
    public void A_program_is_searched_for_as_execvp_does(string name, string path, string[] found) => Assert.Equal(found, Tool.FindPrograms(name, path));

    [Theory]
    [InlineData(0x0300, 3, null)]
    [InlineData(0x0009, null, 9)]
    [InlineData(0x008B, null, 11)] // with a core dump
    public void A_wait_status_is_a_code_or_a_signal(int status, int? code, int? signal)
    {
        var exit = ExitStatus.FromWaitStatus(status, DateTimeOffset.UnixEpoch);
        Assert.Equal((code, signal), (exit.ExitCode, exit.Signal));
        Assert.Equal(code ?? 128 + signal, exit.Code);
    }
}
