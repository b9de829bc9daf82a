using System;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using Virt.Protocol;
using Virt.Session;
using Xunit;

namespace Virt.Tests.Module;

public sealed class JobTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02");
    private readonly Shell shell;

    public JobTests() => shell = new Shell(agent);

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Theory]
    [InlineData("New-VM web01 -Image starter -AsJob")]
    [InlineData("Start-VM web01 -AsJob")]
    [InlineData("Start-VM web01 -RunAsync -Wait -For GuestAgent")]
    [InlineData("Stop-VM web01 -AsJob")]
    public void A_job_gives_the_typed_result_of_its_operation(string script)
    {
        using var job = Assert.Single(shell.Run<VirtJob>(script));
        Assert.True(job.Finished.WaitOne(Deadline), "the job has ended");
        Assert.Equal(JobState.Completed, job.JobStateInfo.State);
        Assert.Empty(job.Error);
        var vm = Assert.IsType<VM>(Assert.Single(job.Output).BaseObject);
        Assert.Equal(("web01", agent.Endpoint), (vm.Name, vm.ComputerName));
        Assert.Contains(job.OperationId, agent.Operations.Keys);
    }

    [Fact]
    public void Receive_Job_gives_it_to_the_session()
    {
        var vm = Assert.Single(shell.Run<VM>("Start-VM web01 -AsJob | Wait-Job | Receive-Job"));
        Assert.Equal(VMState.Running, vm.State);
        Assert.Empty(shell.Errors);
    }

    [Fact]
    public void A_removal_is_a_job_without_a_result()
    {
        using var job = Assert.Single(shell.Run<VirtJob>("Remove-VM web01 -AsJob"));
        Assert.True(job.Finished.WaitOne(Deadline), "the job has ended");
        Assert.Equal((JobState.Completed, 0), (job.JobStateInfo.State, job.Output.Count));
    }

    [Fact]
    public void Every_machine_has_a_job_of_its_own()
    {
        var jobs = shell.Run<VirtJob>("Start-VM web* -AsJob");
        Assert.Equal(["Start-VM web01", "Start-VM web02"], jobs.Select(job => job.Name));
    }

    [Fact]
    public void A_failed_operation_is_a_failed_job_with_its_error()
    {
        agent.On(Methods.StartVM, (_, _) => throw FakeAgent.NotFound("VM", "web01"));
        using var job = Assert.Single(shell.Run<VirtJob>("Start-VM web01 -AsJob"));
        Assert.True(job.Finished.WaitOne(Deadline), "the job has ended");
        Assert.Equal(JobState.Failed, job.JobStateInfo.State);
        Assert.Equal("VMNotFound", Assert.Single(job.Error).FullyQualifiedErrorId);
    }

    [Fact]
    public void Stop_Job_cancels_the_operation_on_the_host()
    {
        using var stopped = new ManualResetEventSlim();
        agent.On(Methods.WaitVirtOperation, (_, call) => call.UntilCancelled<OperationResult>());
        agent.On(Methods.StopVirtOperation, (request, _) =>
        {
            stopped.Set();
            return new VirtOperation { Id = request.Id, State = OperationState.Cancelled };
        });
        using var job = Assert.Single(shell.Run<VirtJob>("Start-VM web01 -AsJob"));
        shell.Run("Get-Job | Stop-Job");
        Assert.True(stopped.IsSet, "operation.stop has come to the agent");
        Assert.Equal(JobState.Stopped, job.JobStateInfo.State);
        Assert.Equal(job.OperationId, ((StopVirtOperation)agent.CallsOf(Methods.StopVirtOperation)[0].Request).Id);
    }

    [Fact]
    public void Progress_of_the_operation_is_progress_of_the_job()
    {
        agent.On(Methods.WaitVirtOperation, (request, call) =>
        {
            call.Progress("Starting VM 'web01'", "booting", 50);
            return agent.Operations[request.Id];
        });
        using var job = Assert.Single(shell.Run<VirtJob>("Start-VM web01 -AsJob"));
        Assert.True(job.Finished.WaitOne(Deadline), "the job has ended");
        Assert.Equal(50, job.Progress[0].PercentComplete);
    }
}
