using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

public sealed class InvokeCommandTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02").WithContainers("web", "job");
    private readonly Shell shell;
    private readonly List<InvokeVMCommand> asked = [];

    public InvokeCommandTests()
    {
        shell = new Shell(agent);
        agent.On(Methods.InvokeContainerCommand, (request, call) =>
        {
            call.Output(request.HasInput ? Encoding.UTF8.GetString(call.ReadStdin()) : string.Join('|', request.Command) + "\n");
            call.Output("careful\n", isError: true);
            return request.Command[0] == "kill" ? new CommandExit { Signal = 9 } : new CommandExit { ExitCode = request.Command[0] == "false" ? 3 : 0 };
        });
        agent.On(Methods.InvokeVMCommand, (request, call) =>
        {
            asked.Add(request);
            call.Output(string.Join('|', request.Command) + Encoding.UTF8.GetString(request.Input ?? []) + "\n");
            return new CommandExit { ExitCode = 0, IsTruncated = request.Command[0] == "yes" };
        });
    }

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Theory]
    [InlineData("Invoke-ContainerCommand web -- cat /etc/os-release", "cat|/etc/os-release")]
    [InlineData("Invoke-ContainerCommand web ls", "ls")]
    [InlineData("Invoke-ContainerCommand web -- sh -c 'echo a b'", "sh|-c|echo a b")]
    [InlineData("Invoke-ContainerCommand -Name web -Command ls, -l", "ls|-l")]
    [InlineData("Get-Container web | Invoke-ContainerCommand -Command ls, -l", "ls|-l")]
    [InlineData("Get-Container web | Invoke-ContainerCommand -- ls -l", "ls|-l")]
    [InlineData("Get-Container web | Invoke-ContainerCommand ls", "ls")]
    [InlineData("Invoke-ContainerCommand -Id (Get-Container web).Id -Command ls", "ls")]
    [InlineData("Invoke-ContainerCommand web ls -l", "ls|-l")]
    [InlineData("Invoke-ContainerCommand web -User 1000 -- id -u", "id|-u")]
    [InlineData("Invoke-ContainerCommand web -- -x", "-x")]
    [InlineData("Invoke-ContainerCommand web '-x'", "-x")]
    [InlineData("$words = 'web', '-x', 'y'; Invoke-ContainerCommand @words", "-x|y")]
    [InlineData("Invoke-VMCommand web01 -- uname -a", "uname|-a")]
    [InlineData("Invoke-VMCommand -VMName web01 -- true", "true")]
    [InlineData("Invoke-VMCommand -VMName web01 -User anna -- id -u", "id|-u")]
    [InlineData("Invoke-VMCommand web01 -User anna -Command id, -u", "id|-u")]
    [InlineData("Get-VM web01 | Invoke-VMCommand -User anna -- id -u", "id|-u")]
    [InlineData("Get-VM web01 | Invoke-VMCommand -- uname -a", "uname|-a")]
    public void The_rest_of_the_line_is_the_command(string script, string output)
    {
        var result = Assert.Single(shell.Run<CommandResult>(script));
        Assert.Empty(shell.Errors);
        Assert.Equal(output, result.Output);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void The_result_has_all_that_the_command_wrote()
    {
        var result = Assert.Single(shell.Run<CommandResult>("Invoke-ContainerCommand web -- ls"));
        Assert.Equal(("web", "ls", "careful", agent.Endpoint), (result.Name, result.Output, result.ErrorOutput, result.ComputerName));
        Assert.Equal("ls\n"u8.ToArray(), result.OutputBytes);
    }

    [Fact]
    public void A_failed_command_is_in_the_result_and_no_error()
    {
        Assert.Equal(3, Assert.Single(shell.Run<CommandResult>("Invoke-ContainerCommand web -- false")).ExitCode);
        Assert.Empty(shell.Errors);
        Assert.Equal(137, Assert.Single(shell.Run<CommandResult>("Invoke-ContainerCommand web -- kill")).ExitCode);
    }

    [Fact]
    public void A_failed_command_is_an_error_too_where_the_user_wants_it()
    {
        Assert.Single(shell.Run<CommandResult>("Invoke-ContainerCommand web -ErrorOnNonZeroExit -- false"));
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("CommandFailed", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Cannot complete 'false' in 'web': it ended with exit code 3: careful.", error.ToString());
    }

    [Theory]
    [InlineData("'one', 'two' | Invoke-ContainerCommand web -- cat", "one\ntwo")]
    [InlineData("Invoke-ContainerCommand web -Input 'one', 'two' -- cat", "one\ntwo")]
    [InlineData("Invoke-ContainerCommand web -Input ([byte[]](65, 66)) -- cat", "AB")]
    [InlineData(",([byte[]](65, 66)) | Invoke-ContainerCommand web -- cat", "AB")]
    [InlineData("[byte[]](65, 66) | Invoke-ContainerCommand web -- cat", "AB")]
    [InlineData("Get-Container web | Invoke-ContainerCommand -Input hello -Command cat", "hello")]
    public void Standard_input_is_lines_or_bytes(string script, string output)
    {
        var result = Assert.Single(shell.Run<CommandResult>(script));
        Assert.Empty(shell.Errors);
        Assert.Equal(output, result.Output);
    }

    [Fact]
    public void Much_input_goes_through_the_window()
    {
        var result = Assert.Single(shell.Run<CommandResult>("Invoke-ContainerCommand web -Input ([byte[]]::new(5MB)) -- cat"));
        Assert.Equal(5 << 20, result.OutputBytes.Length);
    }

    [Fact]
    public void Nothing_to_run_is_refused()
    {
        shell.Run("Invoke-ContainerCommand web");
        Assert.StartsWith("CommandRequired", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_goes_on_as_a_job_and_gives_its_result()
    {
        using var job = Assert.Single(shell.Run<Job>("Invoke-ContainerCommand web -AsJob -- ls"));
        Assert.True(job.Finished.WaitOne(TimeSpan.FromSeconds(20)), "the job has ended");
        Assert.Equal("ls", ((CommandResult)Assert.Single(job.Output).BaseObject).Output);
    }

    [Theory]
    [InlineData("Invoke-ContainerCommand web -Usr nobody -- id")]
    [InlineData("Invoke-ContainerCommand -Nmae web -- true")]
    [InlineData("Get-Container web | Invoke-ContainerCommand -Usr nobody -- id")]
    [InlineData("Invoke-VMCommand web01 -Usr nobody -- id")]
    [InlineData("Invoke-VMCommand web01 -Usr nobody id")]
    [InlineData("Invoke-VMCommand web01 -Usr: nobody -- id")]
    [InlineData("Invoke-VMCommand -Nmae web01 -- true")]
    [InlineData("Invoke-VMCommand web01 -Verbsoe -- true")]
    [InlineData("Get-VM web01 | Invoke-VMCommand -Usr nobody -- id")]
    [InlineData("Get-VM web01 | Invoke-VMCommand -Verbsoe -- id")]
    public void A_parameter_that_there_is_not_is_no_command(string script)
    {
        shell.Run(script);
        Assert.StartsWith("NamedParameterNotFound,Virt.Commands.", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(asked);
        Assert.Empty(agent.CallsOf(Methods.InvokeContainerCommand));
    }

    [Theory]
    [InlineData("Invoke-VMCommand web01 -ScriptBlock { Get-Date }", "& { Get-Date \n}")]
    [InlineData("Invoke-VMCommand web01 { Get-Date }", "& { Get-Date \n}")]
    [InlineData("Invoke-VMCommand web01 -Command { Get-Date }", "& { Get-Date \n}")]
    [InlineData("Invoke-VMCommand -VMName web01 { Get-Date } -User anna", "& { Get-Date \n}")]
    [InlineData("Invoke-VMCommand web01 { param($a) } \"it's\" b", "& { param($a) \n} 'it''s' 'b'")]
    [InlineData("Invoke-VMCommand web01 { $args } -- -n b", "& { $args \n} '-n' 'b'")]
    [InlineData("Invoke-VMCommand web01 -ScriptBlock { $args } -ArgumentList 1, b", "& { $args \n} '1' 'b'")]
    [InlineData("Get-VM web01 | Invoke-VMCommand { Get-Date }", "& { Get-Date \n}")]
    [InlineData("Get-VM web01 | Invoke-VMCommand -ScriptBlock { $args } -ArgumentList a", "& { $args \n} 'a'")]
    [InlineData("'one' | Invoke-VMCommand web01 { $input }", "$input | & { $input \n}")]
    public void A_script_block_goes_to_the_guests_PowerShell(string script, string text)
    {
        Assert.Single(shell.Run<CommandResult>(script));
        Assert.Empty(shell.Errors);
        var command = Assert.Single(asked).Command;
        Assert.Equal(["pwsh", "-NoProfile", "-NonInteractive", "-OutputFormat", "Text", "-EncodedCommand"], command[..^1]);
        Assert.Equal(text, Encoding.Unicode.GetString(Convert.FromBase64String(command[^1])));
    }

    [Theory]
    [InlineData("Invoke-VMCommand web01 -ScriptBlock { 1 } -FilePath x.sh", "OneCommandRequired")]
    [InlineData("Invoke-VMCommand web01 { 1 } -FilePath x.sh", "OneCommandRequired")]
    [InlineData("Invoke-VMCommand { 1 } web01", "NameRequired")]
    [InlineData("Invoke-VMCommand web01 -FilePath /no/such.sh", "FileNotFound")]
    [InlineData("Invoke-VMCommand web01 -FilePath no-such.sh", "FileNotFound")]
    [InlineData("Invoke-VMCommand web01 -User ''  -- id", "ParameterArgumentValidationError")]
    [InlineData("Invoke-VMCommand web01 ([scriptblock]::Create('#' * 60000))", "ScriptBlockTooLong")]
    [InlineData("Invoke-ContainerCommand web { Get-Date }", "ScriptBlockNotSupported")]
    public void What_does_not_go_together_is_refused_before_anything_runs(string script, string id)
    {
        shell.Run(script);
        Assert.StartsWith(id, Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(asked);
        Assert.Empty(agent.CallsOf(Methods.InvokeContainerCommand));
    }

    [Theory]
    [InlineData("Invoke-VMCommand web01 -FilePath {0} a 'b c' -User anna", "setup.sh|a|b c")]
    [InlineData("Invoke-VMCommand web01 -FilePath {0} -- -n --", "setup.sh|-n|--")]
    [InlineData("Get-VM web01 | Invoke-VMCommand -FilePath {0} -ArgumentList a -User anna", "setup.sh|a")]
    public void A_script_of_this_machine_is_sent_with_its_arguments(string script, string command)
    {
        var folder = Directory.CreateTempSubdirectory("virt-");
        try
        {
            var path = Path.Combine(folder.FullName, "setup.sh");
            File.WriteAllText(path, "echo ä");
            shell.Run(script.Replace("{0}", path, StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.Empty(shell.Errors);
        var request = Assert.Single(asked);
        Assert.Equal((command, "echo ä", script.Contains("anna", StringComparison.Ordinal) ? "anna" : null), (string.Join('|', request.Command), Encoding.UTF8.GetString(request.Script!), request.User));
    }

    [Fact]
    public void Output_that_a_guest_agent_has_not_kept_is_said_and_the_exit_code_is_there()
    {
        var result = Assert.Single(shell.Run<CommandResult>("Invoke-VMCommand web01 -WarningVariable said -- yes; $global:said = $said"));
        Assert.Equal((true, 0), (result.IsTruncated, result.ExitCode));
        Assert.Contains("the rest is lost", Assert.Single(shell.Run("$global:said")).ToString(), StringComparison.Ordinal);
        Assert.False(shell.Run<CommandResult>("Invoke-VMCommand web01 -- true").Single().IsTruncated);
    }
}
