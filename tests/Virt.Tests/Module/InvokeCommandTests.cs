using System;
using System.Management.Automation;
using System.Text;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

public sealed class InvokeCommandTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02").WithContainers("web", "job");
    private readonly Shell shell;

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
            call.Output(string.Join('|', request.Command) + Encoding.UTF8.GetString(request.Input ?? []) + "\n");
            return new CommandExit { ExitCode = 0 };
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
    [InlineData("Invoke-VMCommand web01 -- uname -a", "uname|-a")]
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
}
