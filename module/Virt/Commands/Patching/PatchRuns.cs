using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>
/// Gathers the errors of runs on several hosts until all have ended: an error that stops the pipeline (-ErrorAction Stop) must neither cancel another host's run
/// nor keep its results.
/// </summary>
internal sealed class PatchRuns
{
    private readonly List<ErrorRecord> errors = [];

    /// <summary>What went wrong so far.</summary>
    public ErrorRecord[] Errors
    {
        get
        {
            lock (errors)
            {
                return [.. errors];
            }
        }
    }

    /// <summary>Takes the errors of one run.</summary>
    public void Add(params ErrorRecord[] found)
    {
        lock (errors)
        {
            errors.AddRange(found);
        }
    }

    /// <summary>Does a run; what makes it fail is one error of its host.</summary>
    public void Guard(string computerName, Action run, CancellationToken cancellation)
    {
        try
        {
            run();
        }
        catch (VirtException e) when (!cancellation.IsCancellationRequested)
        {
            Add(ErrorRecords.From(e, ErrorRecords.IsHostFailure(e) ? computerName : null));
        }
    }
}
