using System;
using System.IO;
using System.Management.Automation;
using System.Threading;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Session;

/// <summary>Calls to one host, for a cmdlet or for a job: both want progress shown and their stopping heard.</summary>
/// <param name="computerName">The host as the caller named it.</param>
/// <param name="showProgress">Shows a progress record.</param>
/// <param name="cancellation">Cancels the call on the agent.</param>
internal sealed class HostCalls(string computerName, Action<ProgressRecord> showProgress, CancellationToken cancellation)
{
    private static int lastActivity;

    /// <summary>The host as the caller named it.</summary>
    public string ComputerName { get; } = computerName;

    /// <summary>Calls a method and waits for its result, which then knows its host.</summary>
    /// <exception cref="VirtException">What the agent answered, or why it could not be reached.</exception>
    public TResult Invoke<TRequest, TResult>(
        Method<TRequest, TResult> method, TRequest request, CallOptions? options = null, CallObserver? observer = null, Stream? stdin = null)
    {
        observer ??= new CallObserver();
        var activity = Interlocked.Increment(ref lastActivity);
        ProgressRecord? shown = null;
        observer.Progress = info => showProgress(shown = ProgressRecords.From(activity, info));
        try
        {
            return HostObjects.Stamp(VirtSession.Invoke(ComputerName, method, request, options, observer, stdin, cancellation), ComputerName);
        }
        finally
        {
            if (shown is not null)
            {
                // A record of its own: the one that was shown may still be looked at.
                showProgress(new ProgressRecord(activity, shown.Activity, shown.StatusDescription)
                {
                    PercentComplete = shown.PercentComplete,
                    RecordType = ProgressRecordType.Completed,
                });
            }
        }
    }

    /// <summary>Turns a change into an operation that goes on by itself.</summary>
    public VirtOperation Detach<TRequest, TResult>(Method<TRequest, TResult> method, TRequest request) =>
        HostObjects.Stamp(VirtSession.Detach(ComputerName, method, request, cancellation), ComputerName);
}
