using System;
using System.Management.Automation;
using System.Threading;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>A PowerShell job over work on a host. It has a thread and a connection of its own; Stop-Job cancels the work on the agent.</summary>
public sealed class VirtJob : Job
{
    private readonly CancellationTokenSource stop = new();
    private readonly string location;
    private readonly object? input;

    private VirtJob(string command, string name, string location, object? input)
        : base(command, name)
    {
        this.location = location;
        this.input = input;
        PSJobTypeName = nameof(VirtJob);
    }

    /// <summary>The operation on the agent, which Get-VirtOperation shows to every session; all zeros where there is none.</summary>
    public Guid OperationId { get; private set; }

    /// <inheritdoc/>
    public override string Location => location;

    /// <inheritdoc/>
    public override string StatusMessage => JobStateInfo.Reason?.Message ?? "";

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count > 0 || Error.Count > 0 || Progress.Count > 0;

    /// <inheritdoc/>
    public override void StopJob()
    {
        if (JobStateInfo.State != JobState.Running)
        {
            return;
        }

        SetJobState(JobState.Stopping);
        stop.Cancel();
        Finished.WaitOne();
    }

    /// <summary>Starts a job.</summary>
    /// <param name="command">The command line that it stands for.</param>
    /// <param name="name">What Get-Job shows.</param>
    /// <param name="computerName">The host.</param>
    /// <param name="operation">The operation that it follows; null: none.</param>
    /// <param name="input">What the user gave, for errors.</param>
    /// <param name="work">Does the work and gives the result, or null.</param>
    internal static VirtJob Start(string command, string name, string computerName, VirtOperation? operation, object? input, Func<HostCalls, object?> work)
    {
        var job = new VirtJob(command, name, computerName, input) { OperationId = operation?.Id ?? Guid.Empty };
        job.SetJobState(JobState.Running);
        new Thread(() => job.Run(work)) { IsBackground = true, Name = "Virt job" }.Start();
        return job;
    }

    /// <summary>Follows an operation to its end and gives what its method gave.</summary>
    internal static TResult Follow<TRequest, TResult>(HostCalls host, Method<TRequest, TResult> method, VirtOperation operation)
    {
        var ended = host.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id });
        if (ended.Error is not null)
        {
            throw new VirtException(ended.Error);
        }

        var reader = new MessagePack.MessagePackReader(ended.Result ?? throw new VirtException(
            ErrorCode.DataLoss,
            "ResultGone",
            $"Cannot give the result of operation '{operation.Id}': it has ended, and its result is no longer kept.",
            target: operation.Target));
        return HostObjects.Stamp(method.Result.Read(ref reader), host.ComputerName);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Run(Func<HostCalls, object?> work)
    {
        try
        {
            using var registration = OperationId == Guid.Empty ? default : stop.Token.Register(StopOperation);
            var result = work(new HostCalls(location, Progress.Add, stop.Token));
            var output = result as JobOutput ?? new JobOutput(result is null or Nothing ? [] : [result], []);
            Array.ForEach(output.Items, item => Output.Add(PSObject.AsPSObject(item)));
            Array.ForEach(output.Errors, Error.Add);
            SetJobState(output.Errors.Length == 0 ? JobState.Completed : JobState.Failed);
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or VirtException { Code: ErrorCode.Cancelled })
        {
            SetJobState(JobState.Stopped);
        }
        catch (VirtException e)
        {
            Error.Add(ErrorRecords.From(e, input));
            JobFailed(e);
        }
        catch (Exception e)
        {
            Error.Add(new ErrorRecord(e, "JobFailed", ErrorCategory.NotSpecified, input));
            JobFailed(e);
        }
    }

    // SetJobState with a reason is not in PowerShell's public surface; the reason is in the error stream.
    private void JobFailed(Exception e)
    {
        _ = e;
        SetJobState(JobState.Failed);
    }

    // Leaving the wait would only leave the operation alone; Stop-Job means to end it.
    private void StopOperation()
    {
        try
        {
            new HostCalls(location, static _ => { }, CancellationToken.None).Invoke(Methods.StopVirtOperation, new StopVirtOperation { Id = OperationId });
        }
        catch (VirtException)
        {
            // It has ended meanwhile, or the host is gone: the wait says which.
        }
    }
}
