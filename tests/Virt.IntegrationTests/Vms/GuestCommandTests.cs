using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Commands and scripts in a guest: as whom, with what, how much of what they write, and what is left of them.</summary>
public sealed class GuestCommandTests
{
    private const string Facts = """id -un; id -u; id -g; id -G; echo "$HOME $USER $A"; for a; do echo "[$a]"; done; cat""";

    private static readonly string[] Awkward = ["a  b", "", "-n", "--", "$HOME", "'q'", "\"", "\\", "*", "ä\nb"];

    [Fact]
    public async Task A_command_or_script_runs_as_a_user_with_his_groups_and_home_and_its_arguments_as_they_are()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        AddAnna(host);
        var expected = $"anna\n1234\n1235\n1235 77\n/srv/anna anna 1\n{string.Concat(Awkward.Select(static a => $"[{a}]\n"))}in\n";
        foreach (var user in new[] { "anna", "1234" })
        {
            var command = new InvokeVMCommand { Name = "web01", User = user, Command = ["sh", "-c", Facts, "sh", .. Awkward], Input = "in\n"u8.ToArray(), Environment = new Dictionary<string, string> { ["A"] = "1" } };
            Assert.Equal((0, expected, ""), Run(host, command));
            Assert.Equal((0, expected, ""), Run(host, command with { Command = ["facts.sh", .. Awkward], Script = Encoding.UTF8.GetBytes(Facts) }));
        }

        Assert.Equal((3, "", ""), Run(host, new InvokeVMCommand { Name = "web01", User = "nobody", Command = ["sh", "-c", "exit 3"] }));
        Assert.Equal((1, ""), (Run(host, new InvokeVMCommand { Name = "web01", User = "anna", Command = ["cat", "/root/secret"] }) is var (code, output, _) ? (code, output) : default));
        Check(ErrorCode.NotFound, "VMUserNotFound", "the guest has no user 'nobodi'", new InvokeVMCommand { Name = "web01", User = "nobodi", Command = ["true"] });
        Check(ErrorCode.NotFound, "CommandNotFound", "the guest has no program 'no-such-program'", new InvokeVMCommand { Name = "web01", User = "anna", Command = ["no-such-program"] });
        Check(ErrorCode.InvalidArgument, "InvalidCommand", "'-u' cannot be the name of a user", new InvokeVMCommand { Name = "web01", User = "-u", Command = ["true"] });
        Check(ErrorCode.InvalidArgument, "InvalidCommand", "'../x' cannot be the name of a script's file", new InvokeVMCommand { Name = "web01", Command = ["../x"], Script = [] });

        void Check(ErrorCode code, string id, string cause, InvokeVMCommand request)
        {
            var error = host.Refused(Methods.InvokeVMCommand, request);
            Assert.Equal((code, id, $"Cannot run a command in VM 'web01': {cause}."), (error.Code, error.Id, error.Message));
        }
    }

    [Fact]
    public async Task A_script_runs_by_what_its_first_line_names_and_is_gone_afterwards()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        host.Run("web01", """printf '#!/bin/sh\necho "by me: $*"; exec sh "$2"\n' > /bin/me; chmod +x /bin/me""");
        var script = new InvokeVMCommand { Name = "web01", Command = ["do it.sh", "1 2"], Script = "#! /bin/me  -x y \necho $0; ls /run | grep virt-script\n"u8.ToArray() };
        var (code, output, _) = Run(host, script);
        Assert.Equal(0, code);
        Assert.Matches(@"^by me: -x y (/run/virt-script-\w+)/do it.sh 1 2\n\1/do it.sh\nvirt-script-\w+\n$", output);
        Assert.Equal(("", 5), (Left(host), Run(host, script with { Script = "exit 5"u8.ToArray() }).Code));
        Assert.Equal(137, Run(host, script with { Script = "kill -9 $$"u8.ToArray() }).Code);
        Assert.Equal("", Left(host));

        var missing = host.Refused(Methods.InvokeVMCommand, script with { Script = "#!/usr/bin/no-such-program\n"u8.ToArray() });
        Assert.Equal(("CommandNotFound", "Cannot run a command in VM 'web01': the guest has no program '/usr/bin/no-such-program'."), (missing.Id, missing.Message));
        foreach (var request in new[] { script with { Command = ["x.ps1"], Script = "Get-Date"u8.ToArray() }, script with { Command = ["pwsh", "-NoProfile"], Script = null } })
        {
            var error = host.Refused(Methods.InvokeVMCommand, request);
            Assert.Equal((ErrorCode.NotFound, "PowerShellNotFound", "Invoke-VMCommand web01 -FilePath ./script.sh"), (error.Code, error.Id, error.RecommendedAction));
        }

        Assert.Equal("", Left(host));
    }

    [Fact]
    public async Task What_is_cancelled_or_too_slow_is_killed_with_all_that_it_started_and_leaves_nothing()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        AddAnna(host);
        var slow = new InvokeVMCommand { Name = "web01", Command = ["slow.sh"], Script = "(sleep 1000; true) & sleep 1000; true"u8.ToArray(), User = "anna" };
        Assert.Equal("CommandTimeout", host.Refused(Methods.InvokeVMCommand, slow with { Timeout = TimeSpan.FromSeconds(2) }).Id);
        Assert.Equal("0", Sleepers());
        await GoneAsync();

        using (var cancel = new CancellationTokenSource())
        {
            using var client = VirtClient.Connect(host.Endpoint, "tests/1");
            var call = Task.Run(() => Assert.ThrowsAny<Exception>(() => client.Invoke(Methods.InvokeVMCommand, slow, cancellation: cancel.Token)), TestContext.Current.CancellationToken);
            await Poll.UntilAsync(() => Sleepers() == "2", "the script's start");
            Assert.StartsWith("virt-script-", Left(host), StringComparison.Ordinal);
            await cancel.CancelAsync();
            await call;
        }

        await Poll.UntilAsync(() => Sleepers() == "0", "the end of all that the script has started");
        await GoneAsync();

        // An agent that is gone removes nothing: the guest does.
        using (var client = VirtClient.Connect(host.Endpoint, "tests/1"))
        {
            var call = Task.Run(() => Assert.ThrowsAny<Exception>(() => client.Invoke(Methods.InvokeVMCommand, slow with { Script = "touch /run/began; while [ ! -e /run/go ]; do sleep 0.1; done"u8.ToArray(), User = null })), TestContext.Current.CancellationToken);
            await Poll.UntilAsync(() => host.Run("web01", "ls /run").Contains("began", StringComparison.Ordinal), "the second script's start");
            await host.KillAgentAsync();
            await call;
        }

        await host.StartAgentAsync();
        host.Run("web01", "touch /run/go");
        await GoneAsync();

        string Sleepers() => host.Run("web01", "ps | grep -c '[s]leep 1000' || true");

        Task GoneAsync() => Poll.UntilAsync(() => Left(host).Length == 0, "the script's removal");
    }

    [Fact]
    public async Task All_of_16_MB_comes_and_of_more_that_much_with_the_exit_code_and_a_word_about_it()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        Check("head -c 16777216 /dev/zero | tr '\\0' x; exit 3", 16 << 20, 0, isTruncated: false);
        Check("head -c 30000000 /dev/zero | tr '\\0' x; head -c 9000000 /dev/zero | tr '\\0' y >&2; exit 3", 16 << 20, 9_000_000, isTruncated: true);

        void Check(string line, int output, int error, bool isTruncated)
        {
            var recorder = new Guest.OutputRecorder();
            var exit = host.Invoke(Methods.InvokeVMCommand, new InvokeVMCommand { Name = "web01", Command = ["sh", "-c", line] }, recorder);
            Assert.Equal((3, isTruncated, output, error), (exit.ExitCode, exit.IsTruncated, recorder.Output.Count(static c => c == 'x'), recorder.Error.Count(static c => c == 'y')));
            Assert.Equal((output, error), (recorder.Output.Length, recorder.Error.Length));
        }
    }

    private static (int? Code, string Output, string Error) Run(TestHost host, InvokeVMCommand request)
    {
        var recorder = new Guest.OutputRecorder();
        var exit = host.Invoke(Methods.InvokeVMCommand, request, recorder);
        return (exit.ExitCode, recorder.Output, recorder.Error);
    }

    private static void AddAnna(TestHost host) => host.Run("web01", """
        echo anna:x:1234:1235:Anna:/srv/anna:/bin/false >> /etc/passwd
        echo helpers:x:77:bert,anna >> /etc/group
        umask 077
        echo secret > /root/secret
        """);

    private static string Left(TestHost host) => host.Run("web01", "ls /run /tmp /var/tmp 2>/dev/null | grep virt-script || true");
}
