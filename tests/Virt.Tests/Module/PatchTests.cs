using System;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using Virt.Protocol;
using Virt.Session;
using Xunit;

namespace Virt.Tests.Module;

public sealed class PatchTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02", "bad01").WithContainers("api", "job").WithPatches();
    private readonly Shell shell;

    public PatchTests() => shell = new Shell(agent);

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Theory]
    [InlineData("Get-PatchStatus", "web01 web02 bad01 api job")]
    [InlineData("Get-PatchStatus web*", "web01 web02")]
    [InlineData("Get-PatchStatus -VM web01 -Container api", "web01 api")]
    [InlineData("Get-VM web* | Get-PatchStatus", "web01 web02")]
    [InlineData("@(Get-VM web*) + @(Get-Container) | Get-PatchStatus", "web01 web02 api job")]
    [InlineData("Get-VM none* | Get-PatchStatus", "")]
    [InlineData("Get-PatchStatus -Container api | Get-PatchStatus", "api")]
    [InlineData("[pscustomobject]@{ VM = 'web01'; Container = 'job' } | Get-PatchStatus", "web01 job")]
    public void Workloads_are_named_or_come_through_the_pipeline_and_each_host_is_asked_once(string script, string names)
    {
        var found = shell.Run<PatchStatus>(script);
        Assert.Empty(shell.Errors);
        Assert.Equal(names, string.Join(' ', found.Select(status => status.Name)));
        Assert.All(found, status => Assert.Equal(agent.Endpoint, status.ComputerName));
    }

    [Fact]
    public void A_missing_name_is_an_error_beside_the_others()
    {
        Assert.Single(shell.Run<PatchStatus>("Get-PatchStatus web01, wbe01"));
        Assert.Equal("wbe01", Assert.Single(shell.Errors).TargetObject);
        Assert.Single(shell.Run<PatchResult>("Invoke-Patch web01, wbe01"));
        Assert.Equal("wbe01", Assert.Single(shell.Errors).TargetObject);
    }

    [Fact]
    public void All_workloads_of_a_host_are_one_run_and_those_of_another_host_another()
    {
        using var second = new FakeAgent().WithVMs("db01").WithPatches();
        var results = shell.Run<PatchResult>($"@(Get-VM web*) + @(Get-Container api) + @(Get-VM -ComputerName {second.Endpoint}) | Invoke-Patch -BatchSize 50% -MaxFailed 2 -HealthTcp 80 -HealthTimeout 5 -OnFailure Continue -RebootPolicy Never -KeepCheckpoint -SecurityOnly");
        Assert.Empty(shell.Errors);
        Assert.Equal(["api", "db01", "web01", "web02"], results.Select(result => result.Name).Order());
        var request = (InvokePatch)Assert.Single(agent.CallsOf(Methods.InvokePatch)).Request;
        Assert.Equal((2, 1, 0), (request.Targets.VMIds.Length, request.Targets.ContainerIds.Length, request.Targets.VMNames.Length));
        Assert.Equal(("50%", 2, 80, TimeSpan.FromSeconds(5)), (request.Options.BatchSize, request.Options.MaxFailed, request.Options.Health.TcpPort, request.Options.Health.Timeout));
        Assert.Equal((PatchFailureAction.Continue, RebootPolicy.Never, true, true), (request.Options.OnFailure, request.Options.RebootPolicy, request.Options.KeepCheckpoint, request.Filter.SecurityOnly));
        Assert.Equal(agent.VMs.Take(2).Select(vm => vm.Id), request.Targets.VMIds);
        Assert.Equal(second.Endpoint, results.Single(result => result.Name == "db01").ComputerName);
        Assert.Single(second.CallsOf(Methods.InvokePatch));
    }

    [Theory]
    [InlineData("-HealthCommand 'curl -f http://localhost'", "/bin/sh|-c|curl -f http://localhost")]
    [InlineData("-HealthCommand curl, -f, http://localhost", "curl|-f|http://localhost")]
    [InlineData("-HealthCommand true", "true")]
    public void A_health_command_is_a_line_or_a_program_with_its_arguments(string parameter, string expected)
    {
        shell.Run("Invoke-Patch web01 " + parameter);
        Assert.Empty(shell.Errors);
        Assert.Equal(expected, string.Join('|', ((InvokePatch)Assert.Single(agent.CallsOf(Methods.InvokePatch)).Request).Options.Health.Command));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("two")]
    public void A_batch_size_that_is_none_is_told_in_words(string text)
    {
        shell.Run($"Invoke-Patch -VM web01 -BatchSize '{text}'");
        Assert.Contains($"Cannot use '{text}' as a batch size: a number from 1 on, or a share from 1% to 100%, is required.", Assert.Single(shell.Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_workload_is_a_result_and_an_error_and_keeps_nothing_of_the_others()
    {
        var results = shell.Run<PatchResult>("Invoke-Patch *01, web02; $after = $?");
        Assert.Equal(3, results.Length);
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("PatchHealthFailed,Virt.Commands.InvokePatchCommand", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal((ErrorCategory.InvalidResult, "bad01"), (error.CategoryInfo.Category, error.TargetObject));
        Assert.Contains("Get-PatchHistory -Id", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(false, shell.Run("$after")[0].BaseObject);
    }

    [Fact]
    public void A_piped_object_is_the_target_of_its_error()
    {
        shell.Run("Get-VM bad01 | Invoke-Patch");
        Assert.Equal("bad01", Assert.IsType<VM>(Assert.Single(shell.Errors).TargetObject).Name);
    }

    [Fact]
    public void ErrorAction_Stop_stops_after_all_results_of_all_hosts()
    {
        using var second = new FakeAgent().WithVMs("web05").WithPatches();
        shell.Run($"try {{ Invoke-Patch *0* -ComputerName {agent.Endpoint}, {second.Endpoint}, unix:///nowhere/agent.sock -ErrorAction Stop | ForEach-Object {{ [array] $seen += $_ }} }} catch {{ $why = $_ }}");
        Assert.Equal(4, shell.Run<PatchResult>("$seen").Length);
        Assert.Single(shell.Run("$why"));
        Assert.False(agent.CallsOf(Methods.InvokePatch)[0].Cancelled.IsCancellationRequested);
    }

    [Theory]
    [InlineData("Invoke-Patch")]
    [InlineData("Undo-Patch -Force")]
    [InlineData("New-PatchPlan")]
    [InlineData("Register-PatchSchedule -Name x -Cron '0 3 * * *'")]
    public void Nothing_named_is_refused_and_does_not_mean_everything(string script)
    {
        shell.Run(script);
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("TargetRequired", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(agent.Calls);
    }

    [Theory]
    [InlineData("Get-VM none* | Invoke-Patch")]
    [InlineData("Get-VM none* | Undo-Patch")]
    [InlineData("@() | Invoke-Patch")]
    public void An_empty_pipeline_patches_nothing(string script)
    {
        Assert.Empty(shell.Run(script));
        Assert.Empty(shell.Errors);
        Assert.Empty(agent.CallsOf(Methods.InvokePatch).Concat(agent.CallsOf(Methods.UndoPatch)));
    }

    [Theory]
    [InlineData("'web01' | Invoke-Patch")]
    [InlineData("Get-VirtOperation | Invoke-Patch -WhatIf; 1 | Invoke-Patch")]
    public void What_is_no_workload_is_refused(string script)
    {
        agent.On(Methods.GetVirtOperation, (_, _) => new VirtOperationList { Items = [new VirtOperation { Id = Guid.NewGuid() }] });
        shell.Run(script);
        Assert.NotEmpty(shell.Errors);
        Assert.Empty(agent.CallsOf(Methods.InvokePatch));
    }

    [Theory]
    [InlineData("-SecurityOnly")]
    [InlineData("-Include open*")]
    [InlineData("-Exclude kernel")]
    public void WhatIf_shows_the_plan_lets_the_agent_check_and_changes_nothing(string choice)
    {
        Assert.Empty(shell.Run($"Invoke-Patch web01 -Container api {choice} -WhatIf"));
        Assert.Empty(shell.Errors);
        var filter = ((NewPatchPlan)Assert.Single(agent.CallsOf(Methods.NewPatchPlan)).Request).Filter;
        Assert.Equal(choice, filter.SecurityOnly ? "-SecurityOnly" : filter.Include.Length > 0 ? $"-Include {filter.Include[0]}" : $"-Exclude {filter.Exclude.Single()}");
        var check = Assert.Single(agent.CallsOf(Methods.InvokePatch));
        Assert.True(check.Options.WhatIf);
        Assert.Equal("sha256:0123456789abcdef", ((InvokePatch)check.Request).Plan!.Hash);
        Assert.Equal(
            ["What if: VM 'web01': openssl 1.0 -> 1.1 (security)", "What if: container 'api': openssl 1.0 -> 1.1 (security)"],
            shell.Host.Lines.Where(line => line.StartsWith("What if", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_plan_is_applied_exactly_on_the_host_that_made_it()
    {
        using var second = new FakeAgent().WithVMs("db01").WithPatches();
        shell.Run($"$p = New-PatchPlan db01 -Include open* -Exclude kernel -ComputerName {second.Endpoint}");
        var result = Assert.Single(shell.Run<PatchResult>("$PSDefaultParameterValues.Remove('*-Patch*:ComputerName'); Invoke-Patch -Plan $p -MaxFailed 3"));
        Assert.Empty(shell.Errors);
        Assert.Equal(("db01", second.Endpoint), (result.Name, result.ComputerName));
        var request = (InvokePatch)Assert.Single(second.CallsOf(Methods.InvokePatch)).Request;
        Assert.Equal(("sha256:0123456789abcdef", 3), (request.Plan!.Hash, request.Options.MaxFailed));
        Assert.Equal(["open*"], request.Plan.Filter.Include);
        Assert.Single(shell.Run<PatchResult>("$p | Invoke-Patch"));
        Assert.Empty(shell.Errors);
    }

    [Fact]
    public void A_plan_and_a_choice_of_packages_do_not_go_together()
    {
        shell.Run("$p = New-PatchPlan web01");
        shell.Run("Invoke-Patch -Plan $p -SecurityOnly");
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("PlanAndFilter", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_can_be_narrowed_to_some_of_its_workloads()
    {
        shell.Run("$p = New-PatchPlan web*; Invoke-Patch web01 -Plan $p -WhatIf");
        Assert.Equal(["What if: VM 'web01': openssl 1.0 -> 1.1 (security)"], shell.Host.Lines.Where(line => line.StartsWith("What if", StringComparison.Ordinal)));
        Assert.Equal(["web01"], ((InvokePatch)agent.CallsOf(Methods.InvokePatch)[0].Request).Targets.VMNames);
    }

    [Fact]
    public void What_ConvertFrom_Json_has_made_of_a_plan_is_that_plan()
    {
        // As PowerShell 7 reads it: texts that look like instants are DateTime, numbers are long.
        shell.Run("""
            $t = [pscustomobject]@{ Kind = 1L; Id = '99999999-2222-3333-4444-555555555555'; Name = 'api'; Packages = @(
                [pscustomobject]@{ Name = 'openssl'; Architecture = 'amd64'; FromVersion = '1.0'; ToVersion = '1.1'; IsSecurity = $true; Origin = 'x'; State = 0L; Message = '' })
                Problems = @([pscustomobject]@{ Id = 'Old'; Message = 'Old.'; IsBlocking = $false }); ImageDigest = 'sha256:12' }
            $p = [pscustomobject]@{ Id = '11111111-2222-3333-4444-555555555555'; HostName = 'fakehost'; CreationTime = ([datetime]::new(2026, 11, 24, 3, 4, 5, [DateTimeKind]::Utc)).AddTicks(1234567)
                Targets = @($t); Filter = [pscustomobject]@{ SecurityOnly = $true; Include = @(); Exclude = @('kernel*') }; Hash = 'sha256:0123456789abcdef'; ComputerName = $agent }
            """);
        Assert.Empty(shell.Errors);
        shell.Run("Invoke-Patch -Plan $p; $p | Invoke-Patch");
        Assert.Empty(shell.Errors);
        var plans = agent.CallsOf(Methods.InvokePatch).Select(call => ((InvokePatch)call.Request).Plan!).ToArray();
        Assert.Equal(2, plans.Length);
        var sent = plans[1];
        Assert.Equal(PatchAgent.Plan("fakehost", []).CreationTime, sent.CreationTime);
        Assert.Equal((WorkloadKind.Container, "api", "sha256:12", "Old."), (sent.Targets[0].Kind, sent.Targets[0].Name, sent.Targets[0].ImageDigest, sent.Targets[0].Problems[0].Message));
        Assert.Equal(PatchAgent.Package() with { Origin = "x" }, sent.Targets[0].Packages[0]);
        Assert.Equal(["kernel*"], sent.Filter.Exclude);
        Assert.Equal("sha256:0123456789abcdef", sent.Hash);
    }

    [Fact]
    public void What_Windows_PowerShell_writes_of_instants_and_lists_is_read_too()
    {
        shell.Run("""
            $p = [pscustomobject]@{ Hash = 'sha256:01'; HostName = 'fakehost'; CreationTime = [pscustomobject]@{ DateTime = 'x'; UtcTicks = 639310862451234567 }
                Targets = [pscustomobject]@{ value = @([pscustomobject]@{ Name = 'api'; Kind = 1 }); Count = 1 } }
            Invoke-Patch -Plan $p
            """);
        Assert.Empty(shell.Errors);
        var sent = ((InvokePatch)Assert.Single(agent.CallsOf(Methods.InvokePatch)).Request).Plan!;
        Assert.Equal((PatchAgent.Plan("", []).CreationTime, "api"), (sent.CreationTime, Assert.Single(sent.Targets).Name));
    }

    [Fact]
    public void What_is_in_no_plan_is_refused_and_not_dropped()
    {
        shell.Run("Invoke-Patch -Plan ([pscustomobject]@{ Hash = 'sha256:01'; Targets = @(); Reboot = 'never' })");
        Assert.Contains("Reboot", Assert.Single(shell.Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Invoke-Patch -Plan 'plan.json'")]
    [InlineData("Invoke-Patch -Plan ([pscustomobject]@{ Name = 'x' })")]
    [InlineData("Invoke-Patch -Plan (Get-VM web01)")]
    public void What_is_no_plan_is_refused(string script)
    {
        shell.Run(script);
        Assert.StartsWith("ParameterArgumentTransformationError", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(agent.CallsOf(Methods.InvokePatch));
    }

    [Fact]
    public void AsJob_is_a_job_over_the_operation_that_gives_results_and_errors()
    {
        using var job = Assert.Single(shell.Run<VirtJob>("Invoke-Patch web01, bad01 -AsJob"));
        Assert.True(job.Finished.WaitOne(TimeSpan.FromSeconds(20)), "the job has ended");
        Assert.Equal(["web01", "bad01"], job.Output.Select(item => ((PatchResult)item.BaseObject).Name));
        Assert.Equal(agent.Endpoint, ((PatchResult)job.Output[0].BaseObject).ComputerName);
        Assert.Equal("PatchHealthFailed", Assert.Single(job.Error).FullyQualifiedErrorId);
        Assert.Equal(JobState.Failed, job.JobStateInfo.State);
        Assert.Contains(job.OperationId, agent.Operations.Keys);
    }

    [Fact]
    public void Ctrl_C_cancels_the_run_on_the_agent()
    {
        agent.On(Methods.InvokePatch, (_, call) => call.UntilCancelled<PatchRun>());
        using var pipeline = shell.Script("Invoke-Patch web01");
        pipeline.BeginInvoke();
        Assert.True(SpinWait.SpinUntil(() => agent.CallsOf(Methods.InvokePatch).Count > 0, TimeSpan.FromSeconds(20)), "the run has come to the agent");
        pipeline.Stop();
        Assert.True(agent.CallsOf(Methods.InvokePatch)[0].Cancelled.IsCancellationRequested);
        Assert.Empty(pipeline.Streams.Error);
    }

    [Theory]
    [InlineData("Undo-Patch web01", 1, 0)]
    [InlineData("Undo-Patch web01 -Confirm:$false", 0, 1)]
    [InlineData("Undo-Patch web01 -Force", 0, 1)]
    [InlineData("Invoke-Patch web01", 0, 0)]
    public void Taking_a_patch_back_loses_data_and_asks(string script, int questions, int undone)
    {
        shell.Host.Answer = 2;
        shell.Run(script);
        Assert.Equal((questions, undone), (shell.Host.Questions.Count, agent.CallsOf(Methods.UndoPatch).Count));
    }

    [Fact]
    public void A_result_can_be_taken_back_through_the_pipeline()
    {
        var undone = Assert.Single(shell.Run<PatchResult>("Invoke-Patch -Container api | Undo-Patch -Force"));
        Assert.Equal((PatchOutcome.Undone, "10 s of its disk"), (undone.Outcome, undone.Lost));
        Assert.Equal(agent.Containers[0].Id, Assert.Single(((UndoPatch)agent.CallsOf(Methods.UndoPatch)[0].Request).Targets.ContainerIds));
    }

    [Fact]
    public void A_run_alone_says_what_is_taken_back()
    {
        shell.Run("Undo-Patch -RunId 11111111-2222-3333-4444-555555555555 -Force");
        Assert.Empty(shell.Errors);
        var request = (UndoPatch)Assert.Single(agent.CallsOf(Methods.UndoPatch)).Request;
        Assert.Equal(("11111111-2222-3333-4444-555555555555", 0), (request.RunId.ToString(), request.Targets.VMIds.Length + request.Targets.VMNames.Length));
    }

    [Fact]
    public void History_is_asked_for_by_workload_run_and_time()
    {
        agent.On(Methods.GetPatchHistory, (_, _) => new PatchRunList { Items = [new PatchRun { Results = [new PatchResult { Name = "web01" }] }] });
        var runs = shell.Run<PatchRun>("Get-PatchHistory web01 -Id 11111111-2222-3333-4444-555555555555 -Since ([datetime]::new(2026, 11, 1, 0, 0, 0, [DateTimeKind]::Utc)) -Last 5");
        Assert.Empty(shell.Errors);
        var run = Assert.Single(runs);
        Assert.Equal((agent.Endpoint, agent.Endpoint), (run.ComputerName, run.Results[0].ComputerName));
        var request = (GetPatchHistory)agent.CallsOf(Methods.GetPatchHistory)[0].Request;
        Assert.Equal((5, new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), "web01"), (request.Last, request.Since, request.Targets.VMNames[0]));
        Assert.Equal(Guid.Parse("11111111-2222-3333-4444-555555555555"), Assert.Single(request.RunIds));
    }
}
