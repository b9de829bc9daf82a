using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Virt.Session;

namespace Virt.Commands;

/// <content>How a cmdlet changes something: -WhatIf, -Confirm, -AsJob.</content>
public abstract partial class VirtCommand
{
    private protected static readonly CallOptions CheckOnly = new() { WhatIf = true };

    /// <summary>True where the change is to go on as a job.</summary>
    private protected virtual bool RunsAsJob => false;

    /// <summary>True where the user has said that no question is wanted.</summary>
    private protected virtual bool IsForced => false;

    /// <summary>False where a cmdlet that can lose data does not, as it was called; it then asks only who wants to be asked about everything.</summary>
    private protected virtual bool LosesData => true;

    /// <summary>
    /// Changes something. With -WhatIf the agent makes all its checks and changes nothing; with -AsJob the change becomes a detached operation
    /// and a job that follows it.
    /// </summary>
    /// <param name="host">Where.</param>
    /// <param name="target">What is changed.</param>
    /// <param name="method">The method.</param>
    /// <param name="request">What it takes.</param>
    /// <param name="emit">Write the result. A job always does.</param>
    /// <param name="follow">What is still to be done with the result, such as waiting; gives what is to be written, null for nothing.</param>
    /// <param name="forecast">With -WhatIf: a sentence on what would become of it, of what the agent's checks gave; empty: nothing more is to be said.</param>
    private protected void Change<TRequest, TResult>(
        HostCalls host,
        Target target,
        Method<TRequest, TResult> method,
        TRequest request,
        bool emit = true,
        Func<HostCalls, TResult, object?>? follow = null,
        Func<TResult, string>? forecast = null)
    {
        if (!MayChange(host, target, Check))
        {
            return;
        }

        follow ??= static (_, result) => result;
        if (RunsAsJob)
        {
            var operation = host.Detach(method, request);
            StartJob(host, target, operation, calls => follow(calls, VirtJob.Follow(calls, method, operation)));
            return;
        }

        var result = follow(host, host.Invoke(method, request));
        if (emit)
        {
            Emit(result);
        }

        string Check()
        {
            var expected = host.Invoke(method, request, CheckOnly);
            return forecast?.Invoke(expected) ?? "";
        }
    }

    /// <summary>Asks ShouldProcess. With -WhatIf the agent's checks come first, so that what would fail is an error and no promise.</summary>
    private protected bool MayChange(HostCalls host, Target target, Action check) => MayChange(host, target, () =>
    {
        check();
        return "";
    });

    /// <summary>The same, for checks that say what would become of it.</summary>
    private protected bool MayChange(HostCalls host, Target target, Func<string> check)
    {
        var description = host.ComputerName == VirtSession.DefaultEndpoint ? target.Name : $"{target.Name} on {host.ComputerName}";
        if (IsWhatIf())
        {
            var forecast = check();
            return AskUser(() => forecast.Length == 0
                ? ShouldProcess(description)
                : ShouldProcess($"Performing the operation \"{MyInvocation.MyCommand.Name}\" on target \"{description}\". {forecast}", "", ""));
        }

        if (!MyInvocation.BoundParameters.ContainsKey("Confirm") && (IsForced || (!LosesData && Preference() == ConfirmImpact.High)))
        {
            return true;
        }

        return AskUser(() => ShouldProcess(description));
    }

    /// <summary>Starts a job on a connection of its own and writes it.</summary>
    private protected void StartJob(HostCalls host, Target target, VirtOperation? operation, Func<HostCalls, object?> work) => OnPipeline(() =>
    {
        var job = VirtJob.Start(MyInvocation.Line, $"{MyInvocation.MyCommand.Name} {target.Name}", host.ComputerName, operation, target.Input, work);
        JobRepository.Add(job);
        WriteObject(job);
    });

    /// <summary>True where nothing is to be changed.</summary>
    private protected bool IsWhatIf() => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(AskUser(() => GetVariableValue("WhatIfPreference")));

    private ConfirmImpact Preference() =>
        LanguagePrimitives.TryConvertTo(AskUser(() => GetVariableValue("ConfirmPreference")), out ConfirmImpact preference) ? preference : ConfirmImpact.High;
}
