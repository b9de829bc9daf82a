using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that run a command inside something.</summary>
/// <typeparam name="T">Inside what.</typeparam>
public abstract class InvokeCommand<T> : TargetCommand<T>
    where T : class
{
    private readonly List<CommandInput> input = [];
    private bool tookObjects;

    /// <summary>The program and its arguments, also as the rest of the line: -- cat /etc/os-release.</summary>
    [Parameter(Position = 1, ValueFromRemainingArguments = true)]
    [CommandWords]
    public virtual string[] Command { get; set; } = [];

    /// <summary>Standard input of the command, mostly from the pipeline: strings are lines, bytes go as they are.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(ValueFromPipeline = true, ParameterSetName = ParameterSets.Id)]
    [Parameter(ParameterSetName = ParameterSets.InputObject)]
    [CommandInput]
    public CommandInput? Input { get; set; }

    /// <summary>Variables of the command, as @{ Name = 'value' } or 'Name=value'.</summary>
    [Parameter]
    [NameValues]
    public IDictionary? Environment { get; set; }

    /// <summary>Write an error too when the exit code is not 0. Without it the exit code is only in the result.</summary>
    [Parameter]
    public SwitchParameter ErrorOnNonZeroExit { get; set; }

    /// <summary>Go on as a job with a connection of its own. Stop-Job cancels the command.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    /// <summary>Calls the agent, which runs the command.</summary>
    private protected abstract CommandExit Call(HostCalls host, Target target, CommandInvocation invocation, CallObserver observer);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var line = MyInvocation.Line ?? "";
        if (Command.Any(static word => word.StartsWith("-", StringComparison.Ordinal))
            && CommandWord.UnknownParameter(line.Substring(Math.Min(line.Length, Math.Max(0, MyInvocation.OffsetInLine - 1))), IsParameter) is { } parameter)
        {
            Refuse(
                "NamedParameterNotFound",
                $"Cannot run a command: {MyInvocation.MyCommand.Name} has no parameter '{parameter}'; what begins with a dash stands behind --, as in '-- ls -l'.",
                parameter,
                $"Get-Help {MyInvocation.MyCommand.Name} -Parameter *");
        }
    }

    private bool IsParameter(string name)
    {
        try
        {
            return MyInvocation.MyCommand.ResolveParameter(name) is not null;
        }
        catch (ParameterBindingException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ParameterSets.InputObject)
        {
            var invocation = Invocation(Command, Input is null ? [] : [Input]);
            ForEachTarget((host, target) => Run(host, target, invocation));
        }
        else if (Input?.Workload is T item)
        {
            // Get-VM | Invoke-VMCommand -- uname -a: PowerShell has taken the first word for a name.
            tookObjects = true;
            var invocation = Invocation([.. TargetNames, .. Command], []);
            ForEachObject([item], (host, target) => Run(host, target, invocation));
        }
        else if (Input is not null)
        {
            input.Add(Input);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // By name or id the whole pipeline is standard input, so the command begins when that has ended.
        if (ParameterSetName != ParameterSets.InputObject && !tookObjects)
        {
            if (TargetNames is [var first, ..] && CommandWord.BlockOf(first) is not null)
            {
                Refuse("NameRequired", "Cannot run a script block: it is not said where.", null, $"{MyInvocation.MyCommand.Name} web01 {{ Get-Date }}");
            }

            var invocation = Invocation(Command, input);
            ForEachTarget((host, target) => Run(host, target, invocation));
        }
    }

    private CommandInvocation Invocation(string[] words, List<CommandInput> parts)
    {
        var invocation = new CommandInvocation(words, parts.Count == 0 ? null : CommandInput.Join(parts).Bytes, NameValuesAttribute.ToStrings(Environment));
        try
        {
            return Complete(invocation, words is [var first, ..] ? CommandWord.BlockOf(first) : null);
        }
        catch (VirtException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, null));
            throw;
        }
    }

    /// <summary>What is to be run, once all that the user gave for it is there.</summary>
    /// <param name="invocation">The words that he gave, and all else.</param>
    /// <param name="block">The script block that is the first of the words; null: that is none.</param>
    /// <exception cref="VirtException">He gave nothing, or what does not go together.</exception>
    private protected virtual CommandInvocation Complete(CommandInvocation invocation, string? block) => invocation.Command.Length == 0
        ? throw new VirtException(ErrorCode.InvalidArgument, "CommandRequired", "Cannot run nothing: a command is required.", action: $"{MyInvocation.MyCommand.Name} web -- cat /etc/os-release")
        : block is not null
            ? throw new VirtException(
                ErrorCode.InvalidArgument, "ScriptBlockNotSupported", $"Cannot run a script block: {MyInvocation.MyCommand.Name} runs commands.", action: $"{MyInvocation.MyCommand.Name} web -- sh -c 'echo hello'")
            : invocation;

    private void Run(HostCalls host, Target target, CommandInvocation invocation)
    {
        if (!MayChange(host, target, () => Require(host, target)))
        {
            return;
        }

        if (AsJob)
        {
            StartJob(host, target, null, calls => Run(calls, target, invocation, e => throw e));
            return;
        }

        var result = Run(host, target, invocation, e => Report(e, target.Input));
        if (result.IsTruncated)
        {
            Warn($"'{target.Name}': the command wrote more than the 16 MB of output that a guest agent keeps; the rest is lost. Let it write to a file there, and copy that.");
        }

        Emit(result);
    }

    private CommandResult Run(HostCalls host, Target target, CommandInvocation invocation, Action<VirtException> fail)
    {
        var run = new CommandRun();
        var result = run.End(host, target, invocation.Command, Call(host, target, invocation, run.Observer));
        if (ErrorOnNonZeroExit && result.ExitCode != 0)
        {
            var last = result.ErrorOutput.Split('\n').Last().Trim();
            fail(new VirtException(
                ErrorCode.HealthCheckFailed,
                "CommandFailed",
                $"Cannot complete '{invocation.Command[0]}' in '{target.Name}': it ended with exit code {result.ExitCode}{(last.Length > 0 ? ": " + last : "")}."));
        }

        return result;
    }
}
