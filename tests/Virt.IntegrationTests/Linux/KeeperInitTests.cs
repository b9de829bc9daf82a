using System.Text;
using System.Threading.Tasks;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.IntegrationTests.Linux;

/// <summary>The keeper's own init, outside of any container.</summary>
public sealed class KeeperInitTests
{
    [Fact]
    public async Task Its_command_has_the_terminal()
    {
        await using var fixture = new KeeperFixture();
        using var root = FileHandles.OpenFolder("/");
        using var terminal = Terminal.Open(root, 0);
        using var process = await fixture.Keeper.LaunchAsync(KeeperFixture.Shell("exec </dev/tty && read word && test \"$word\" = hello && exit 5") with
        {
            Init = true,
            HasTerminal = true,
            Input = terminal.Slave,
            Output = terminal.Slave,
            Error = terminal.Slave,
        });
        await terminal.WriteAsync(Encoding.ASCII.GetBytes("hello\n"), TestContext.Current.CancellationToken);
        Assert.Equal(5, (await process.Exited).Code);
    }

    [Fact]
    public async Task It_searches_along_the_path_as_others_do()
    {
        await using var fixture = new KeeperFixture();
        var spec = KeeperFixture.Shell("") with { Init = true, Arguments = ["sh", "-c", "exit 3"] };
        foreach (var path in new[] { "/usr/bin:/bin", "/no-such:/etc:/usr/bin/", ":/bin", "/etc/passwd:/bin" })
        {
            using var process = await fixture.Keeper.LaunchAsync(spec with { Environment = Path(path) });
            Assert.Equal(3, (await process.Exited).Code);
        }

        foreach (var (path, program, errno) in new[] { ("/etc", "sh", Errno.ENOENT), ("/etc:/bin", "os-release", Errno.EACCES), ("", "sh", Errno.ENOENT), ("/bin", "/bin/no-such", Errno.ENOENT) })
        {
            var error = await Assert.ThrowsAsync<LaunchException>(() => fixture.Keeper.LaunchAsync(spec with { Arguments = [program], Environment = Path(path) }));
            Assert.Equal((LaunchStep.Execute, errno), (error.Step, error.Errno));
        }

        static System.Collections.Generic.Dictionary<string, string> Path(string value) => new() { ["PATH"] = value };
    }

    [Fact]
    public async Task It_takes_no_further_descriptors()
    {
        await using var fixture = new KeeperFixture();
        using var root = FileHandles.OpenFolder("/");
        var error = await Assert.ThrowsAsync<LaunchException>(() => fixture.Keeper.LaunchAsync(KeeperFixture.Shell("true") with { Init = true, Descriptors = [root] }));
        Assert.Equal((LaunchStep.Description, Errno.EINVAL), (error.Step, error.Errno));
    }
}
