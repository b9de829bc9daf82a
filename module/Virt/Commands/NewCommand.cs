using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that make something.</summary>
public abstract class NewCommand : VirtCommand
{
    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    /// <summary>Makes it on every host.</summary>
    private protected void Make<TRequest, TResult>(Method<TRequest, TResult> method, TRequest request, string name, Func<HostCalls, TResult, object?>? follow = null) =>
        ForEachHost(HostNames, host => Guard(name, () => Change(host, new Target(Guid.Empty, name, name), method, request, follow: follow)));

    /// <summary>An empty cell of a CSV file says nothing.</summary>
    private protected static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
