using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Runs a command, a script or a script block in the guest of a virtual machine.</summary>
/// <remarks>
/// It runs through the guest agent, without a network, as root or as -User. It gives one result with the exit code and all that was written, of standard output and of standard error the first
/// 16 MB: where there was more, a warning says so, and IsTruncated. A command that fails is no error of the cmdlet, unless -ErrorOnNonZeroExit says so. What begins with a dash stands behind --.
/// A script of this machine (-FilePath) is run by what its first line names (#!), else by pwsh where it is a .ps1 file, else by sh, and is removed from the guest when it has ended. A script
/// block runs in the guest's PowerShell (pwsh), which the guest must have; it knows no variables of this session, but takes arguments.
/// Where it is cancelled, or takes longer than -TimeoutSeconds, it is killed with all that it has started and that has not left it.
/// </remarks>
/// <example>
/// <code>Invoke-VMCommand web01 -- uname -a</code>
/// <para>Runs a command in one guest.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Invoke-VMCommand -Command cat, /proc/uptime | Select-Object Name, ExitCode, Output</code>
/// <para>Runs a command in the guests of machines from the pipeline.</para>
/// </example>
/// <example>
/// <code>'one', 'two' | Invoke-VMCommand web01 -- wc -l</code>
/// <para>Gives a command its standard input.</para>
/// </example>
/// <example>
/// <code>Invoke-VMCommand -VMName web01 -User root -- id -un</code>
/// <para>Runs a command as a user of the guest.</para>
/// </example>
/// <example>
/// <code>Invoke-VMCommand web01 -FilePath /tmp/setup.sh web</code>
/// <para>Runs a script of this machine in a guest, with an argument.</para>
/// </example>
/// <example>
/// <code>Invoke-VMCommand web01 -ScriptBlock { param($Name) Get-Process $Name } -ArgumentList pwsh -WhatIf</code>
/// <para>Shows where a script block would run in the guest's PowerShell, with an argument; without -WhatIf it does.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "VMCommand", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(CommandResult))]
public sealed class InvokeVMCommandCommand : InvokeCommand<VM>
{
    /// <summary>The names of virtual machines; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Name)]
    [Alias("VMName")]
    [Names(MayBeScriptBlock = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Virtual machines, as Get-VM gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VM))]
    public VM[] InputObject { get; set; } = [];

    /// <summary>The ids of virtual machines.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    /// <summary>The program and its arguments, also as the rest of the line: -- cat /etc/os-release. With -FilePath or a script block: its arguments.</summary>
    [Parameter(Position = 1, ValueFromRemainingArguments = true)]
    [Alias("ArgumentList")]
    [CommandWords]
    public override string[] Command { get; set; } = [];

    /// <summary>A script block, which runs in the guest's PowerShell. It may stand in the command's place: Invoke-VMCommand web01 { Get-Date }.</summary>
    [Parameter]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>A script on this machine, which is sent into the guest, run there and removed again.</summary>
    [Parameter]
    public string? FilePath { get; set; }

    /// <summary>Who runs it: a user of the guest, by name or uid. HOME and USER are his. Without it: root.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>How long the command may run, in seconds; 0: for ever.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; } = 60;

    private protected override Noun<VM> Noun => Nouns.VM;

    private protected override string[] TargetNames => Name;

    private protected override VM[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override CommandInvocation Complete(CommandInvocation invocation, string? block)
    {
        var words = invocation.Command;
        var isFirst = block is not null;
        block ??= ScriptBlock?.ToString();
        if (block is null)
        {
            return FilePath is null ? base.Complete(invocation, null) : ReadScript(invocation, FilePath);
        }

        if (FilePath is not null || (isFirst && ScriptBlock is not null))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "OneCommandRequired", "Cannot run two things at once: one script block or one file is required.", FilePath, "Invoke-VMCommand web01 -FilePath ./setup.sh");
        }

        return invocation with { Command = PowerShellCommand.Of(block, isFirst ? [.. words.Skip(1)] : words, invocation.Input is not null) };
    }

    private CommandInvocation ReadScript(CommandInvocation invocation, string path)
    {
        var here = AskUser(() => GetUnresolvedProviderPathFromPSPath(path));
        try
        {
            return invocation with { Command = [Path.GetFileName(here), .. invocation.Command], Script = File.ReadAllBytes(here) };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VirtException(ErrorCode.NotFound, "FileNotFound", $"Cannot run '{path}': it is not here.", path, "Get-ChildItem", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VirtException(ErrorCode.Unavailable, "FileNotRead", $"Cannot run '{path}': it cannot be read ({e.Message.TrimEnd('.')}).", path, $"Get-Item '{path}'", e);
        }
    }

    private protected override CommandExit Call(HostCalls host, Target target, CommandInvocation invocation, CallObserver observer)
    {
        var request = new InvokeVMCommand
        {
            Id = target.Id,
            Name = target.Name,
            Command = invocation.Command,
            Script = invocation.Script,
            User = User,
            Input = invocation.Input,
            Environment = invocation.Environment,
            Timeout = Seconds(TimeoutSeconds),
        };
        return host.Invoke(Methods.InvokeVMCommand, request, observer: observer);
    }
}
