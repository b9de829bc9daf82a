using System;
using System.Collections;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Opens an interactive session in a container.</summary>
/// <remarks>
/// Runs the user's shell, or another program, at a terminal of the container's own, as docker exec -it does: keys, Ctrl+C and the window's size go to it, and it ends
/// with the program. What was started from it ends too. $LASTEXITCODE has the program's exit code. For scripts there is Invoke-ContainerCommand.
/// </remarks>
/// <example>
/// <code>Enter-Container web -Command tty</code>
/// <para>Runs a program that needs a terminal; without -Command it is a shell.</para>
/// </example>
[Cmdlet(VerbsCommon.Enter, "Container", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(void))]
public sealed class EnterContainerCommand : ContainerTargetCommand
{
    /// <summary>The program to run and its arguments. Without it: the shell that the container's /etc/passwd names.</summary>
    [Parameter(Position = 1, ValueFromRemainingArguments = true)]
    public string[] Command { get; set; } = [];

    /// <summary>Who runs it: uid, uid:gid or names from the image. Without it: the container's own.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>The folder that it begins in, an absolute path. Without it: the container's own.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>Variables, as @{ Name = 'value' } or 'Name=value'.</summary>
    [Parameter]
    [NameValues]
    public IDictionary? Environment { get; set; }

    private protected override void Act(HostCalls host, Target target)
    {
        var (columns, rows) = TerminalInput.Size;
        var variables = NameValuesAttribute.ToStrings(Environment);
        if (System.Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } term && !variables.ContainsKey("TERM"))
        {
            variables["TERM"] = term;
        }

        var request = new EnterContainer
        {
            Id = target.Id,
            Name = target.Name,
            Terminal = Guid.NewGuid(),
            Command = Command,
            User = User,
            WorkingDirectory = WorkingDirectory,
            Environment = variables,
            Columns = columns,
            Rows = rows,
        };
        using var output = Console.OpenStandardOutput();
        TerminalInput? input = null;
        try
        {
            var exit = host.Invoke(Methods.EnterContainer, request, observer: new CallObserver
            {
                Output = (bytes, _) =>
                {
                    // Only now is it there to be typed at.
                    input ??= new TerminalInput((typed, width, height) => host.Invoke(Methods.TypeContainer, new TypeContainer { Terminal = request.Terminal, Bytes = typed, Columns = width, Rows = height }));
                    output.Write(bytes, 0, bytes.Length);
                    output.Flush();
                },
            });
            OnPipeline(() => SessionState.PSVariable.Set("global:LASTEXITCODE", exit.ExitCode ?? 128 + exit.Signal));
        }
        finally
        {
            input?.Dispose();
        }
    }
}
