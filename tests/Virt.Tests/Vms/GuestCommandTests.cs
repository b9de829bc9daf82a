using System.Collections.Generic;
using System.Text;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class GuestCommandTests
{
    private static readonly GuestUser Anna = new("anna", "1000:100", "/srv/anna", "/bin/bash", "setpriv");

    [Theory]
    [InlineData("setup", "echo", "sh")]
    [InlineData("setup", "", "sh")]
    [InlineData("setup", "#!", "sh")]
    [InlineData("setup.sh", "#!/bin/bash\nx", "/bin/bash")]
    [InlineData("setup.sh", "#!/bin/bash", "/bin/bash")]
    [InlineData("setup.sh", "#! /bin/sh \t -e  -u \r\nx", "/bin/sh|-e  -u")]
    [InlineData("setup.ps1", "Get-Date", "pwsh|-NoProfile|-NonInteractive|-File")]
    [InlineData("setup.PS1", "#!/usr/bin/env pwsh\n", "/usr/bin/env|pwsh")]
    public void A_script_has_the_interpreter_of_its_first_line_or_of_its_name(string name, string text, string interpreter) =>
        Assert.Equal(interpreter, string.Join('|', GuestScript.Interpreter(name, Encoding.UTF8.GetBytes(text))));

    [Theory]
    [InlineData("setup.sh", true)]
    [InlineData("my setup", true)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    public void A_script_is_one_file(string name, bool isName) => Assert.Equal(isName, GuestScript.CanBeNamed(name));

    [Theory]
    [InlineData("anna", true)]
    [InlineData("LAB\\anna", true)]
    [InlineData("1000", true)]
    [InlineData("", false)]
    [InlineData("-anna", false)]
    [InlineData("anna:x", false)]
    [InlineData("anna\nroot", false)]
    public void A_user_is_no_option_and_no_line_of_passwd(string name, bool isName) => Assert.Equal(isName, GuestUser.CanBe(name));

    [Theory]
    [InlineData("setpriv", "setpriv|--reuid|1000|--regid|100|--init-groups|--|ls|-l")]
    [InlineData("runuser", "runuser|-u|anna|--|ls|-l")]
    [InlineData("su", "su|-s|/bin/sh|-c|exec \"$@\"|--|anna|sh|ls|-l")]
    public void A_command_goes_behind_the_program_that_the_guest_has(string program, string line) =>
        Assert.Equal(line, string.Join('|', (Anna with { Program = program }).Wrap(["ls", "-l"])));

    [Theory]
    [InlineData("setpriv\nanna:x:1000:100:Anna,,:/srv/anna:/bin/bash\n", true)]
    [InlineData("setpriv\nanna:x:1000", false)]
    [InlineData("setpriv", false)]
    [InlineData("", false)]
    public void A_user_is_read_from_what_the_guest_says_or_that_is_no_answer(string written, bool isUser) =>
        Assert.Equal(isUser ? Anna : null, GuestUser.Parse(Encoding.UTF8.GetBytes(written)));

    [Fact]
    public void His_variables_are_his_own_and_what_was_asked_for_stands_above_them()
    {
        var variables = Anna.Environment(new Dictionary<string, string> { ["HOME"] = "/srv", ["A"] = "1" });
        Assert.Equal(("/srv", "anna", "anna", "/bin/bash", "1"), (variables["HOME"], variables["USER"], variables["LOGNAME"], variables["SHELL"], variables["A"]));
        Assert.Equal(("/", "/bin/sh"), ((Anna with { Home = "", Shell = "" }).Environment(new Dictionary<string, string>()) is var bare ? (bare["HOME"], bare["SHELL"]) : default));
    }
}
