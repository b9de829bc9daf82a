using System;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

public sealed class BehaviourTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02").WithContainers("web", "job");
    private readonly Shell shell;

    public BehaviourTests() => shell = new Shell(agent);

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Theory]
    [InlineData("Get-VM wbe01")]
    [InlineData("Start-VM wbe01")]
    [InlineData("Stop-VM wbe01")]
    [InlineData("Remove-VM wbe01")]
    [InlineData("Wait-VM wbe01")]
    public void Missing_vm_is_one_ObjectNotFound_error_with_the_name_as_target(string script)
    {
        shell.Run(script);
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("VMNotFound,Virt.Commands.", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal((ErrorCategory.ObjectNotFound, "wbe01", "Get-VM"), (error.CategoryInfo.Category, error.TargetObject, error.ErrorDetails.RecommendedAction));
        Assert.Contains("nearest name is 'web01'", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_name_does_not_keep_the_others_from_their_turn()
    {
        var names = shell.Run<VM>("Start-VM web01, wbe01, web02 -PassThru").Select(vm => vm.Name);
        Assert.Equal(["web01", "web02"], names);
        Assert.Single(shell.Errors);
    }

    [Fact]
    public void An_object_that_is_gone_is_the_target_of_its_error()
    {
        shell.Run("$gone = Get-VM web01");
        agent.VMs.Clear();
        shell.Run("$gone | Start-VM");
        Assert.IsType<VM>(Assert.Single(shell.Errors).TargetObject is PSObject wrapped ? wrapped.BaseObject : shell.Errors[0].TargetObject);
    }

    [Theory]
    [InlineData("New-VM x -Image starter -WhatIf")]
    [InlineData("Start-VM web01 -WhatIf")]
    [InlineData("Start-VM web01 -Wait -WhatIf")]
    [InlineData("Start-VM web01 -AsJob -WhatIf")]
    [InlineData("Stop-VM web01 -WhatIf")]
    [InlineData("Remove-VM web01 -DeleteDisk -WhatIf")]
    [InlineData("Remove-VM web01 -Force -WhatIf")]
    [InlineData("New-Container -Image starter -WhatIf")]
    [InlineData("Start-Container -Image starter -WhatIf")]
    [InlineData("Stop-Container web -WhatIf")]
    [InlineData("Remove-Container web -WhatIf")]
    [InlineData("$WhatIfPreference = $true; Remove-Container web")]
    public void WhatIf_asks_the_agent_to_check_and_to_change_nothing(string script)
    {
        Assert.Empty(shell.Run(script));
        Assert.Empty(shell.Errors);
        Assert.True(Assert.Single(agent.Calls).Options.WhatIf);
    }

    [Fact]
    public void WhatIf_says_what_would_become_of_a_container_that_is_changed()
    {
        agent.On(Methods.SetContainer, static (request, _) => new Container { Name = request.Name, State = ContainerState.Running, Status = request.Tmpfs is null ? "It would be changed while it runs." : "It would be started anew." });
        Assert.Empty(shell.Run("Set-Container web -MemoryBytes 64MB -PassThru -WhatIf; Set-Container web -Tmpfs /run -WhatIf"));
        var lines = shell.Host.Lines.Where(static line => line.StartsWith("What if: Performing the operation \"Set-Container\" on target \"web", StringComparison.Ordinal)).ToList();
        Assert.Equal(["It would be changed while it runs.", "It would be started anew."], lines.Select(static line => line.Substring(line.IndexOf("\". ", StringComparison.Ordinal) + 3)));
        Assert.All(agent.CallsOf(Methods.SetContainer), static call => Assert.True(call.Options.WhatIf));
    }

    [Fact]
    public void WhatIf_shows_what_would_fail_as_an_error()
    {
        shell.Run("Start-VM wbe01 -WhatIf");
        Assert.StartsWith("VMNotFound", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_runs_no_command()
    {
        shell.Run("Invoke-ContainerCommand web -WhatIf -- rm -rf /");
        shell.Run("Invoke-VMCommand web01 -WhatIf -- rm -rf /");
        Assert.Empty(agent.CallsOf(Methods.InvokeContainerCommand));
        Assert.Empty(agent.CallsOf(Methods.InvokeVMCommand));
    }

    [Theory]
    [InlineData("Remove-Container web", 1)]
    [InlineData("Remove-Container web -Confirm:$false", 0)]
    [InlineData("Remove-Container web -Force", 0)]
    [InlineData("Remove-VM web01 -DeleteDisk", 1)]
    [InlineData("Remove-VM web01", 0)]
    [InlineData("Remove-VM web01 -Confirm", 1)]
    [InlineData("Remove-VM web01 -DeleteDisk -Force", 0)]
    [InlineData("Stop-VM web01 -TurnOff", 0)]
    [InlineData("$ConfirmPreference = 'Medium'; Stop-VM web01", 1)]
    [InlineData("$ConfirmPreference = 'Medium'; Stop-VM web01 -Force", 0)]
    [InlineData("$ConfirmPreference = 'None'; Remove-Container web", 0)]
    public void Only_the_loss_of_data_is_asked_about(string script, int questions)
    {
        shell.Host.Answer = 2;
        shell.Run(script);
        Assert.Empty(shell.Errors);
        Assert.Equal(questions, shell.Host.Questions.Count);
        Assert.Equal(1 - questions, agent.Calls.Count);
    }

    [Fact]
    public async Task Ctrl_C_cancels_on_the_agent()
    {
        agent.On(Methods.WaitVM, (_, call) => call.UntilCancelled<VM>());
        using var pipeline = shell.Script("Wait-VM web01 -TimeoutSeconds 0");
        var running = pipeline.BeginInvoke();
        Assert.True(SpinWait.SpinUntil(() => agent.CallsOf(Methods.WaitVM).Count > 0, TimeSpan.FromSeconds(20)), "the wait has come to the agent");
        await Task.Run(pipeline.Stop, TestContext.Current.CancellationToken);
        Assert.Equal(PSInvocationState.Stopped, pipeline.InvocationStateInfo.State);
        Assert.True(running.IsCompleted);
        Assert.True(agent.CallsOf(Methods.WaitVM)[0].Cancelled.IsCancellationRequested);
        Assert.Empty(pipeline.Streams.Error);
    }

    [Fact]
    public void Ctrl_C_reaches_every_host()
    {
        using var second = new FakeAgent().WithVMs("web01");
        agent.On(Methods.WaitVM, (_, call) => call.UntilCancelled<VM>());
        second.On(Methods.WaitVM, (_, call) => call.UntilCancelled<VM>());
        using var pipeline = shell.Script($"Wait-VM web01 -ComputerName {agent.Endpoint}, {second.Endpoint}");
        pipeline.BeginInvoke();
        Assert.True(
            SpinWait.SpinUntil(() => agent.CallsOf(Methods.WaitVM).Count + second.CallsOf(Methods.WaitVM).Count == 2, TimeSpan.FromSeconds(20)), "both hosts were asked");
        pipeline.Stop();
        Assert.True(agent.CallsOf(Methods.WaitVM)[0].Cancelled.IsCancellationRequested);
        Assert.True(second.CallsOf(Methods.WaitVM)[0].Cancelled.IsCancellationRequested);
    }

    [Fact]
    public void Progress_of_the_agent_is_progress_of_the_cmdlet()
    {
        agent.On(Methods.StartVM, (_, call) =>
        {
            call.Progress("Starting VM 'web01'", "waiting for QEMU", 40);
            return agent.VMs[0];
        });
        shell.Run("Start-VM web01");
        Assert.Equal([(40, ProgressRecordType.Processing), (40, ProgressRecordType.Completed)], shell.Progress.Select(record => (record.PercentComplete, record.RecordType)).Distinct());
        Assert.Equal("Starting VM 'web01'", shell.Progress[0].Activity);
    }

    [Fact]
    public void A_dead_host_is_one_error_and_loses_nothing_of_the_others()
    {
        using var second = new FakeAgent { HostName = "second" }.WithVMs("db01", "db02");
        var dead = "unix:///nowhere/agent.sock";
        var vms = shell.Run<VM>($"Get-VM -ComputerName {agent.Endpoint}, {dead}, {second.Endpoint}");
        Assert.Equal(["db01", "db02", "web01", "web02"], vms.Select(vm => vm.Name).Order());
        Assert.Equal(second.Endpoint, vms.First(vm => vm.Name == "db01").ComputerName);
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("AgentUnavailable", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal((ErrorCategory.ConnectionError, dead), (error.CategoryInfo.Category, error.TargetObject));
    }

    [Fact]
    public void A_dead_host_is_one_error_for_many_names()
    {
        shell.Run("Start-VM a, b, c -ComputerName unix:///nowhere/agent.sock");
        Assert.Single(shell.Errors);
    }

    [Fact]
    public void Hosts_are_asked_at_the_same_time()
    {
        using var second = new FakeAgent();
        using var both = new Barrier(2);
        VMList Meet() => both.SignalAndWait(TimeSpan.FromSeconds(20)) ? new VMList() : throw new InvalidOperationException("The other host was not asked meanwhile.");
        agent.On(Methods.GetVM, (_, _) => Meet());
        second.On(Methods.GetVM, (_, _) => Meet());
        shell.Run($"Get-VM -ComputerName {agent.Endpoint}, {second.Endpoint}");
        Assert.Empty(shell.Errors);
    }

    [Fact]
    public void A_pipeline_that_has_enough_ends_the_hosts_calls()
    {
        using var second = new FakeAgent().WithVMs([.. Enumerable.Range(0, 1000).Select(at => $"vm{at}")]);
        shell.Run("filter First { $_; break }");
        shell.Run($"foreach ($i in 1) {{ Get-VM -ComputerName {agent.Endpoint}, {second.Endpoint} | First }}");
        Assert.Empty(shell.Errors);
    }

    [Fact]
    public void An_object_finds_back_to_its_host()
    {
        using var second = new FakeAgent().WithVMs("db01");
        shell.Run($"Get-VM -ComputerName {agent.Endpoint}, {second.Endpoint} | Start-VM");
        Assert.Empty(shell.Errors);
        Assert.Equal("db01", ((StartVM)Assert.Single(second.CallsOf(Methods.StartVM)).Request).Name);
        Assert.Equal(2, agent.CallsOf(Methods.StartVM).Count);
    }

    [Fact]
    public void A_removal_says_where_the_disk_stays_also_on_several_hosts()
    {
        using var second = new FakeAgent().WithVMs("web01");
        agent.On(Methods.RemoveVM, (request, _) => new VM { Name = request.Name, DiskPath = "/disks/here" });
        second.On(Methods.RemoveVM, (request, _) => new VM { Name = request.Name, DiskPath = "/disks/there" });
        using var pipeline = shell.Script($"Remove-VM web01 -Verbose -ComputerName {agent.Endpoint}, {second.Endpoint}");
        Assert.Empty(pipeline.Invoke());
        Assert.Empty(pipeline.Streams.Error);
        string[] expected = ["The disk of VM 'web01' stays at '/disks/here'.", "The disk of VM 'web01' stays at '/disks/there'."];
        Assert.Equal(expected, pipeline.Streams.Verbose.Select(record => record.Message).Where(message => message.StartsWith("The disk", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void A_connection_is_kept_from_one_cmdlet_to_the_next()
    {
        shell.Run("1..5 | ForEach-Object { Get-VM } ; Start-VM web01");
        Assert.Equal(1, agent.ConnectionCount);
    }

    [Theory]
    [InlineData("Get-VM web01")]
    [InlineData("Start-VM web01 -PassThru")]
    public void A_restart_of_the_agent_goes_unnoticed(string script)
    {
        shell.Run("Get-VM");
        agent.Restart();
        Assert.Single(shell.Run<VM>(script));
        Assert.Empty(shell.Errors);
    }

    [Fact]
    public void A_change_is_not_repeated_when_the_connection_breaks()
    {
        agent.On(Methods.StartVM, (_, _) =>
        {
            agent.Restart();
            return new VM();
        });
        shell.Run("Start-VM web01");
        Assert.StartsWith("ConnectionLost", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(agent.CallsOf(Methods.StartVM));
    }

    [Fact]
    public void The_variable_VIRT_ENDPOINT_is_the_default_host()
    {
        using var plain = new Shell();
        var before = Environment.GetEnvironmentVariable("VIRT_ENDPOINT");
        try
        {
            Environment.SetEnvironmentVariable("VIRT_ENDPOINT", agent.Endpoint);
            Assert.Equal(2, plain.Run<VM>("Get-VM").Length);
            Assert.Equal(2, plain.Run<VM>("Get-VM -ComputerName localhost").Length);
        }
        finally
        {
            Environment.SetEnvironmentVariable("VIRT_ENDPOINT", before);
        }
    }

    [Fact]
    public void Log_lines_are_streamed_with_their_host()
    {
        agent.On(Methods.GetContainerLog, (request, call) =>
        {
            Assert.Equal((5, true), (request.Tail, request.Follow));
            call.Item(ContainerLogEntry.WireFormat, new ContainerLogEntry { Name = "web", Line = "one" });
            call.Item(ContainerLogEntry.WireFormat, new ContainerLogEntry { Name = "web", Line = "two", Stream = LogStream.Stderr });
            return new Nothing();
        });
        var lines = shell.Run<ContainerLogEntry>("Get-ContainerLog web -Tail 5 -Follow");
        Assert.Empty(shell.Errors);
        Assert.Equal(["one", "two"], lines.Select(line => line.Line));
        Assert.Equal(agent.Endpoint, lines[0].ComputerName);
    }
}
