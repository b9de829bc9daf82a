using System;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class GuestProbeTests
{
    private static readonly Uri Address = new("http://[::1]:8080/ready?x=1");

    [Theory]
    [InlineData("HTTP/1.1 200 OK", true, "answers 200")]
    [InlineData("  HTTP/1.0 302", true, "answers 302")]
    [InlineData("HTTP/1.1 503 Busy", false, "answers 503")]
    [InlineData("HTTP/1.1 000", false, "does not answer")]
    [InlineData("", false, "does not answer")]
    [InlineData("curl: 200", false, "does not answer")]
    public void A_status_line_says_whether_it_works(string line, bool succeeded, string message) =>
        Assert.Equal(new ProbeResult(succeeded, $"{Address} {message}"), GuestProbe.ReadHttp(Address, line));

    [Fact]
    public void What_is_asked_for_is_an_argument_and_never_part_of_the_script()
    {
        var command = GuestProbe.HttpCommand(new Uri("http://127.0.0.1/$(reboot)"), TimeSpan.FromSeconds(2.5));
        Assert.DoesNotContain("reboot", command[2]);
        Assert.Equal(["virt", "http://127.0.0.1/$(reboot)", "2", "127.0.0.1", "80", "/$(reboot)"], command[3..]);
        Assert.Equal(["virt", "80", "1"], GuestProbe.TcpCommand(80, TimeSpan.FromMilliseconds(100))[3..]);
        Assert.Equal("::1", GuestProbe.HttpCommand(Address, TimeSpan.FromSeconds(1))[6]);
    }

    [Fact]
    public void A_command_says_it_by_its_end()
    {
        Assert.Equal(new ProbeResult(true, "'true' ended with 0"), ProbeResult.OfCommand(["true"], 0, ""));
        Assert.Equal(new ProbeResult(false, "'test' ended with 1: no"), ProbeResult.OfCommand(["test", "-e"], 1, "no\n"));
        Assert.EndsWith(": " + new string('x', 200), ProbeResult.OfCommand(["c"], 1, new string('x', 300)).Message);
    }
}
