using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class ConsoleTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\u001b[0m\u001b[?7h\r\n", "")]
    [InlineData("Welcome to Debian\r\n\r\nweb01 login: ", "web01 login:")]
    [InlineData("Loading Linux ...\r\n\u001b[2J\u001b[1;1H\u001b[0m", "Loading Linux ...")]
    [InlineData("\u001b[0;32m  OK  \u001b[0m] Started \u001b[0;1;39mssh.service\u001b[0m.\r\n", "OK  ] Started ssh.service.")]
    [InlineData("mounted\r\n/ # \u001b[6n", "mounted")]
    [InlineData("\u001b]0;root@web01\u0007root@web01:~# ", "root@web01:~#")]
    [InlineData("a\u001b(Bb\u0000c\u001b", "abc")]
    [InlineData("cut \ufffd\u001b[3", "cut")]
    public void The_last_line_is_the_last_that_says_anything(string text, string line) => Assert.Equal(line, ConsoleText.LastLineOf(text));

    [Fact]
    public void A_line_without_an_end_is_cut() => Assert.Equal(new string('x', 200), ConsoleText.LastLineOf("before\n" + new string('x', 1 << 20)));
}
