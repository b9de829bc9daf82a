using System.Diagnostics;
using System.IO;
using System.Text;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gathers what one run of a command writes, and makes its result.</summary>
internal sealed class CommandRun
{
    private readonly MemoryStream output = new();
    private readonly MemoryStream errorOutput = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();

    public CommandRun() => Observer = new CallObserver
    {
        Output = (bytes, isError) => (isError ? errorOutput : output).Write(bytes, 0, bytes.Length),
    };

    /// <summary>Hears the command's output.</summary>
    public CallObserver Observer { get; }

    /// <summary>The result, once the command has ended.</summary>
    public CommandResult End(HostCalls host, Target target, string[] command, CommandExit exit) => new()
    {
        Name = target.Name,
        Command = command,
        ExitCode = exit.ExitCode ?? (128 + (exit.Signal ?? 0)),
        Output = Text(output),
        ErrorOutput = Text(errorOutput),
        OutputBytes = output.ToArray(),
        Duration = clock.Elapsed,
        IsTruncated = exit.IsTruncated,
        ComputerName = host.ComputerName,
    };

    private static string Text(MemoryStream stream)
    {
        var text = Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        return text.EndsWith("\r\n", System.StringComparison.Ordinal) ? text.Substring(0, text.Length - 2)
            : text.EndsWith("\n", System.StringComparison.Ordinal) ? text.Substring(0, text.Length - 1)
            : text;
    }
}
