using System;
using System.Collections;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Threading;
using Virt.Shell.Console;

namespace Virt.Shell;

/// <summary>The engine with our module, the stand-ins for what the bare engine lacks, and a prompt.</summary>
internal sealed class ShellSession : IDisposable
{
    private const string Outcome = "VirtShellOutcome";
    private const string Failure = "VirtShellFailure";

    // The engine's own pages through a program, with a cmdlet that is not here.
    private const string Help =
        "if ($args.Count) { Get-Help @args } else { 'Get-Command -Module Virt lists the cmdlets; Get-Help New-VM -Examples shows how one is used, Get-Help New-VM -Full all that it takes.' }";

    // 128 + SIGINT, as every shell has it.
    private const int Interrupted = 130;

    private readonly ShellOptions options;
    private readonly ShellHost host;
    private readonly Runspace runspace;
    private readonly Lock gate = new();
    private PowerShell? running;
    private volatile bool wasStopped;

    public ShellSession(ShellOptions options)
    {
        this.options = options;
        host = new ShellHost(interactive: !options.NonInteractive && !System.Console.IsInputRedirected);
        var state = InitialSessionState.CreateDefault2();
        foreach (var type in Assembly.GetExecutingAssembly().GetTypes())
        {
            if (type.GetCustomAttribute<CmdletAttribute>() is { } cmdlet)
            {
                state.Commands.Add(new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, helpFileName: null));
                if (type.GetCustomAttribute<AliasAttribute>() is { } aliases)
                {
                    // The engine has most aliases already, without what they stand for.
                    state.Commands.Add(aliases.AliasNames.Where(alias => state.Commands[alias].Count == 0).Select(alias => new SessionStateAliasEntry(alias, $"{cmdlet.VerbName}-{cmdlet.NounName}")));
                }
            }
        }

        state.Commands.Remove("help", typeof(SessionStateFunctionEntry));
        state.Commands.Add(new SessionStateFunctionEntry("help", Help));
        runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        System.Console.CancelKeyPress += OnCancelKey;
    }

    /// <summary>Does what the command line says, and gives the exit code.</summary>
    public int Run()
    {
        if (ModulePath() is { } module && !Execute("Import-Module -Name $args[0] -Global", [module]))
        {
            return 1;
        }

        var succeeded = true;
        if (options.File is { } file)
        {
            succeeded = File.Exists(file)
                ? ExecuteFile(Path.GetFullPath(file))
                : Fail($"Cannot run '{file}': there is no such file.");
        }
        else if (options.Command is { } command)
        {
            succeeded = Execute(command);
        }

        var wantsPrompt = options.NoExit || (options.File is null && options.Command is null);
        if (wantsPrompt && host.ExitCode is null)
        {
            Prompt();
        }

        // A file that ended with exit n has left n in $LASTEXITCODE.
        var failure = options.File is not null && Ending().ExitCode is { } code and not 0 ? code : 1;
        return host.ExitCode ?? (succeeded || wantsPrompt ? 0 : wasStopped ? Interrupted : failure);
    }

    public void Dispose()
    {
        System.Console.CancelKeyPress -= OnCancelKey;
        runspace.Dispose();
    }

    private void Prompt()
    {
        if (!options.NoLogo)
        {
            System.Console.WriteLine("virt-shell: PowerShell's engine with Virt. Get-Command -Module Virt lists the cmdlets; exit ends the session.");
        }

        var reader = new LineReader(Complete);
        while (host.ExitCode is null && ReadCommand(reader) is { } command)
        {
            if (command.Trim().Length > 0)
            {
                Execute(command, history: true);
            }
        }
    }

    // A command may have several lines: it goes on for as long as the parser misses its end.
    private static string? ReadCommand(LineReader reader)
    {
        var command = reader.Read("PS> ");
        while (command is not null && IsIncomplete(command))
        {
            var more = reader.Read(">> ");
            if (more is null or "")
            {
                break;
            }

            command += Environment.NewLine + more;
        }

        return command;
    }

    private static bool IsIncomplete(string command)
    {
        Parser.ParseInput(command, out _, out var errors);
        return errors.Length > 0 && errors.Any(error => error.IncompleteInput);
    }

    private string[] Complete(string line, int cursor, out int start, out int length)
    {
        using var shell = PowerShell.Create(runspace);
        var found = CommandCompletion.CompleteInput(line, cursor, new Hashtable(), shell);
        (start, length) = (found.ReplacementIndex, found.ReplacementLength);
        return found.CompletionMatches.Select(match => match.CompletionText).ToArray();
    }

    // An error that ends the file is caught in the engine: tables that were not written out yet would be lost with the pipeline.
    private bool ExecuteFile(string path)
    {
        var succeeded = Execute($"$f = $args[0]; $a = $args[1]; $global:{Failure} = $null; try {{ & $f @a }} catch {{ $global:{Failure} = $_ }}", [path, options.Arguments]);
        if (runspace.SessionStateProxy.GetVariable(Failure) is not { } caught || PSObject.AsPSObject(caught).BaseObject is not ErrorRecord failure)
        {
            return succeeded;
        }

        Show(failure);
        return false;
    }

    // Gives false where the script ended with an error, or its last command failed.
    private bool Execute(string script, object[]? arguments = null, bool history = false)
    {
        using var shell = PowerShell.Create(runspace);
        shell.AddScript($"{script}\n$global:{Outcome} = $?, $LASTEXITCODE");
        Array.ForEach(arguments ?? [], argument => shell.AddArgument(argument));
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        lock (gate)
        {
            running = shell;
            wasStopped = false;
        }

        try
        {
            shell.Invoke(input: null, new PSInvocationSettings { AddToHistory = history, ErrorActionPreference = null });

            // A pipeline that Ctrl+C has stopped may end without an exception, and without having set its outcome.
            return !wasStopped && Ending().Succeeded;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException e)
        {
            Show(e.ErrorRecord);
            return false;
        }
        finally
        {
            lock (gate)
            {
                running = null;
            }

            host.Screen.EndProgress();
        }
    }

    // What the script's last command left in $? and $LASTEXITCODE.
    private (bool Succeeded, int? ExitCode) Ending()
    {
        var pair = runspace.SessionStateProxy.GetVariable(Outcome) as object?[];
        return (pair is null || LanguagePrimitives.IsTrue(pair[0]), pair?[1] as int?);
    }

    private void Show(ErrorRecord error)
    {
        using var shell = PowerShell.Create(runspace);

        shell.AddCommand("Out-Default").AddParameter("InputObject", error);
        host.Screen.WritesErrors = true;
        try
        {
            shell.Invoke();
        }
        finally
        {
            host.Screen.WritesErrors = false;
        }
    }

    private bool Fail(string message)
    {
        host.UI.WriteErrorLine(message);
        return false;
    }

    private void OnCancelKey(object? sender, ConsoleCancelEventArgs e)
    {
        lock (gate)
        {
            if (running is not null)
            {
                e.Cancel = true;
                wasStopped = true;
                running.BeginStop(null, null);
            }
        }
    }

    private static string? ModulePath()
    {
        string?[] folders =
        [
            Environment.GetEnvironmentVariable("VIRT_MODULE"),
            Path.Combine(AppContext.BaseDirectory, "Virt"),
            Path.Combine(AppContext.BaseDirectory, "module", "Virt"),
            Path.Combine(AppContext.BaseDirectory, "..", "module", "Virt"),
        ];
        return folders.OfType<string>().Where(folder => folder.Length > 0)
            .Select(folder => folder.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase) ? folder : Path.Combine(folder, "Virt.psd1"))
            .FirstOrDefault(File.Exists);
    }
}
