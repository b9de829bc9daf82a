using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

public sealed class CommandTests
{
    [Fact]
    public async Task A_command_gives_its_output_apart_from_its_errors_and_its_code()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        var (exit, output, error) = host.Exec(container, "seq 1 20000; echo bad >&2; exit 9");
        Assert.Equal(((int?)9, "bad\n", 108894), (exit.ExitCode, error, output.Length));
        Assert.Equal(15, host.Exec(container, "kill -TERM $$").Exit.Signal);
    }

    [Fact]
    public async Task It_has_the_containers_variables_its_own_its_user_and_its_folder()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Environment = new() { ["A"] = "1", ["B"] = "2" }, WorkingDirectory = "/srv/app" });
        var (_, output, _) = host.Exec(container, "echo $A $B $(id -u) $PWD", new InvokeContainerCommand { Environment = new() { ["B"] = "3" }, User = "500" });
        Assert.Equal("1 3 500 /srv/app\n", output);
        Assert.Equal("/tmp\n", host.Exec(container, "pwd", new InvokeContainerCommand { WorkingDirectory = "/tmp" }).Output);
        Assert.Equal("WorkingDirectoryNotUsable", host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["pwd"], WorkingDirectory = "/nowhere" }).Id);
    }

    [Fact]
    public async Task Its_input_comes_from_the_caller_to_the_last_byte()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        var bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        var observer = new ContainerHost.Observer();
        var exit = host.Client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["md5sum"], HasInput = true }, observer: observer, stdin: new MemoryStream(bytes));
        Assert.Equal(0, exit.ExitCode);
        Assert.StartsWith(Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(bytes)), observer.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", host.Exec(container, "cat").Output); // without input it reads the end at once
    }

    [Fact]
    public async Task A_program_that_does_not_read_its_input_ends_all_the_same()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        var exit = host.Client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["true"], HasInput = true }, stdin: new MemoryStream(new byte[1 << 20]));
        Assert.Equal(0, exit.ExitCode);
    }

    [Fact]
    public async Task A_missing_program_is_an_error_and_not_an_exit_code()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000", "c"));
        var error = host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["nope"] });
        Assert.Equal((ErrorCode.NotFound, "Cannot run 'nope' in container 'c': its file system has no program 'nope'."), (error.Code, error.Message));
        Assert.Equal("ProgramNotExecutable", host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["/etc/passwd"] }).Id);
    }

    [Fact]
    public async Task Cancelling_kills_it_and_the_container_goes_on()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        using var source = new CancellationTokenSource();
        var observer = new CancelOnOutput(source);
        var error = Assert.Throws<VirtException>(() => host.Client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["sh", "-c", "echo on; exec sleep 4711"] }, observer: observer, cancellation: source.Token));
        Assert.Equal(ErrorCode.Cancelled, error.Code);
        await Poll.UntilAsync(() => !host.Exec(container, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").Output.Contains("sleep 4711 ", StringComparison.Ordinal), "the end of the command");
        Assert.Equal(ContainerState.Running, host.Get(container).State);
    }

    [Fact]
    public async Task What_it_leaves_running_does_not_hold_the_call()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        Assert.Equal("started\n", host.Exec(container, "sleep 1000 & echo started").Output);
    }

    [Fact]
    public async Task The_end_of_the_container_ends_it()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("while [ ! -e /stop ]; do sleep 0.05; done"));
        Assert.Equal(9, host.Exec(container, "touch /stop; exec sleep 1000").Exit.Signal);
    }

    [Fact]
    public async Task A_port_can_be_waited_for()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("sleep 0.3; exec nc -l -p 8080 -e true"));
        host.Invoke(Methods.WaitContainer, new WaitContainer { Id = container.Id, For = WaitCondition.Port, Port = 8080, Timeout = Poll.Limit });
        var error = host.Refused(Methods.WaitContainer, new WaitContainer { Id = container.Id, For = WaitCondition.Port, Port = 8081, Timeout = TimeSpan.FromMilliseconds(100) });
        Assert.Contains("a connection to its port 8081 was awaited", error.Message);
    }

    private sealed class CancelOnOutput(CancellationTokenSource source) : Virt.Protocol.Client.ICallObserver
    {
        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError) => source.Cancel();

        public void OnItem(Protocol.Wire.Message message)
        {
        }
    }
}
