using System.Collections.Generic;
using System.Diagnostics;
using System.IO;

namespace Virt.IntegrationTests.Packaging;

/// <summary>A program that has run to its end.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">All that it wrote, on both streams.</param>
internal sealed record ProgramRun(int ExitCode, string Output)
{
    public static ProgramRun Of(string program, params IEnumerable<string> arguments)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        process.Start();
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProgramRun(process.ExitCode, output + error.GetAwaiter().GetResult());
    }

    /// <summary>The same for a program that must succeed.</summary>
    public static string Output0(string program, params IEnumerable<string> arguments)
    {
        var run = Of(program, arguments);
        return run.ExitCode == 0 ? run.Output : throw new InvalidDataException($"{program} {string.Join(' ', arguments)} ended with code {run.ExitCode}: {run.Output}");
    }
}
