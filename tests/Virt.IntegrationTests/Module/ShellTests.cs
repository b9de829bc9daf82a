using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Module;

public sealed class ShellTests
{
    private const string Nobody = "unix:///nowhere/agent.sock";

    [Theory]
    [InlineData("1 + 1", 0, "2")]
    [InlineData("exit 3", 3, "")]
    [InlineData("throw 'no'", 1, "")]
    [InlineData("Get-VM", 1, "")]
    [InlineData("Get-VM; 'on'", 0, "on")]
    [InlineData("'a', 'b' | Sort-Object -Descending | Select-Object -First 1", 0, "b")]
    [InlineData("$global:n = 0; 1..9 | ForEach-Object { $global:n++; $_ } | Select-Object -First 2 | Out-Null; $n", 0, "2")]
    [InlineData("(1..9 | Select-Object -Skip 3 -First 2) -join ','; 'on'", 0, "4,5 on")]
    [InlineData("@(1..9 | Select-Object -First 0).Count; (1..3 | Select-Object -First 5) -join ','", 0, "0 1,2,3")]
    [InlineData("[pscustomobject]@{ A = 1; B = 'x' } | ConvertTo-Json -Compress", 0, "{\"A\":1,\"B\":\"x\"}")]
    [InlineData("('{\"A\":[1,{\"B\":\"x\"}],\"C\":true}' | ConvertFrom-Json).A[1].B", 0, "x")]
    [InlineData("('{\"T\":\"2026-11-24T03:04:05.1234567Z\"}' | ConvertFrom-Json).T.Ticks", 0, "639310862451234567")]
    [InlineData("try { '{' | ConvertFrom-Json } catch { $_.FullyQualifiedErrorId }", 0, "JsonFailed,Virt.Shell.Commands.ConvertFromJsonCommand")]
    [InlineData("(1..3 | Measure-Object -Sum).Sum", 0, "6")]
    [InlineData("('N,M', 'a,1', '\"b,c\",2' | ConvertFrom-Csv)[1].N", 0, "b,c")]
    [InlineData("Write-Host hello -ForegroundColor Green", 0, "hello")]
    [InlineData("(help) -match 'Get-Command -Module Virt' | ForEach-Object { 'said' }; (help Start-VM).Name", 0, "said Start-VM")]
    public async Task A_command_has_its_output_and_its_exit_code(string command, int exitCode, string output)
    {
        var result = await VirtShell.RunAsync(Nobody, "-NoLogo", "-NonInteractive", "-Command", command);
        Assert.Equal((exitCode, output), (result.ExitCode, result.Output.Trim().ReplaceLineEndings(" ")));
    }

    [Fact]
    public async Task A_plan_turns_into_JSON_and_back_with_its_hash()
    {
        // As Invoke-Patch -Plan reads it: what ConvertFrom-Json has made, and the text itself.
        var result = await VirtShell.RunAsync(Nobody, "-NonInteractive", "-Command", """
            $ErrorActionPreference = 'Stop'
            $plan = [Virt.PatchPlan]@{
                Id = [guid]::NewGuid(); HostName = 'hosta'; CreationTime = [datetimeoffset]::new(2026, 11, 24, 3, 4, 5, [timespan]::Zero).AddTicks(1234567); Hash = 'sha256:01'
                Targets = [Virt.PatchPlanTarget]@{ Kind = 'Container'; Id = [guid]::NewGuid(); Name = 'api'; Packages = [Virt.PatchPackage]@{ Name = 'openssl'; ToVersion = '1.1'; IsSecurity = $true } }
            }
            $json = $plan | ConvertTo-Json -Depth 10
            $read = [Virt.Commands.PlanAttribute]::new([Virt.PatchPlan])
            foreach ($again in $read.Transform($ExecutionContext, ($json | ConvertFrom-Json)), $read.Transform($ExecutionContext, $json)) {
                $again.GetType().Name
                ($again | ConvertTo-Json -Depth 10) -ceq $json
            }
            """);
        Assert.Equal(("", "PatchPlan True PatchPlan True"), (result.Error, string.Join(' ', result.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
    }

    [Fact]
    public async Task A_file_gets_its_arguments_and_gives_its_exit_code()
    {
        var result = await RunFileAsync("param($First, $Second) \"$Second $First\"; exit 7", "a", "b");
        Assert.Equal((7, "b a"), (result.ExitCode, result.Output.Trim()));
    }

    [Fact]
    public async Task A_file_that_ends_with_an_error_has_shown_what_came_before()
    {
        var result = await RunFileAsync("[pscustomobject]@{ Fruit = 'pear'; Count = 3 }; throw 'no more'; 'never'");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"Fruit\s+Count\s+-+\s+-+\s+pear\s+3", result.Output);
        Assert.Contains("no more", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("never", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_says_what_to_do_without_colours_where_nobody_looks()
    {
        var result = await VirtShell.RunAsync(Nobody, "-NonInteractive", "-Command", "Get-VM");
        Assert.Contains("Cannot reach the agent at 'unix:///nowhere/agent.sock': nobody listens there.", result.Error, StringComparison.Ordinal);
        Assert.Contains("Recommendation: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output + result.Error);
    }

    [Theory]
    [InlineData("New-VM")]
    [InlineData("Remove-Container x")]
    public async Task Nothing_prompts_where_nobody_can_answer(string command)
    {
        var result = await VirtShell.RunAsync(Nobody, "-NonInteractive", "-Command", command);
        Assert.Equal(1, result.ExitCode);
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task A_named_pipe_is_a_host_like_others_and_a_dead_one_is_one_error()
    {
        var pipe = $"npipe://./virt-test-{Guid.NewGuid():n}";
        await using var host = await TestHost.StartAsync("--listen", pipe);
        var result = await VirtShell.RunAsync(Nobody, "-NonInteractive", "-Command", $$"""
            $found = Get-VirtHost -ComputerName {{pipe}}, {{pipe}}-gone -ErrorVariable dead -ErrorAction SilentlyContinue
            "$(@($found).Count) host in $($found.StateFolder), $(@($dead).Count) error about $($dead[0].TargetObject)"
            $made = New-VM web01 -NoVHD -ComputerName {{pipe}}
            "made on $($made.ComputerName), found $((Get-VM -ComputerName {{pipe}}).Name)"
            """);
        string[] expected = [$"1 host in {host.StateFolder}, 1 error about {pipe}-gone", $"made on {pipe}, found web01"];
        Assert.Equal(("", string.Join('\n', expected)), (result.Error, result.Output.Trim()));
    }

    [Fact]
    public async Task Ctrl_C_ends_a_wait_on_the_agent()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Name = "web", Image = "starter", Command = ["sleep", "600"] } });
        using var shell = VirtShell.Start(host.Endpoint.Text, "-Command", "'waiting'; Wait-Container web -TimeoutSeconds 0; 'not reached'");
        Assert.Equal("waiting", await shell.StandardOutput.ReadLineAsync());
        var output = shell.StandardOutput.ReadToEndAsync();

        // The wait begins a moment after the word: the signal is repeated until the shell has ended.
        await Poll.UntilAsync(
            () =>
            {
                host.RunAsync("sh", "-c", $"kill -INT {shell.Id} 2>/dev/null || true").Wait();
                return shell.WaitForExit(TimeSpan.FromMilliseconds(200));
            },
            "the end of the shell after Ctrl+C");
        Assert.DoesNotContain("not reached", await output, StringComparison.Ordinal);
        Assert.Equal(130, shell.ExitCode);
        Assert.Equal(ContainerState.Running, host.Invoke(Methods.GetContainer, new GetContainer()).Items.Single().State);
    }

    // A script of its own file, with arguments.
    private static async Task<(int ExitCode, string Output, string Error)> RunFileAsync(string script, params string[] arguments)
    {
        var file = Path.ChangeExtension(Path.GetTempFileName(), ".ps1");
        await File.WriteAllTextAsync(file, script);
        try
        {
            return await VirtShell.RunAsync(Nobody, ["-File", file, .. arguments]);
        }
        finally
        {
            File.Delete(file);
            File.Delete(Path.ChangeExtension(file, ".tmp"));
        }
    }
}
