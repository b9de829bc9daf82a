using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;

namespace Virt.Benchmarks;

/// <summary>A PowerShell process that runs session.ps1, and what it measured.</summary>
internal static class Session
{
    /// <summary>The shells there are: pwsh where it is on the PATH, and our own.</summary>
    public static IEnumerable<(string Name, string Path)> Shells(Setting setting)
    {
        if (Run.Find("pwsh") is { } pwsh)
        {
            yield return ("pwsh", pwsh);
        }

        yield return ("virt-shell", setting.Shell);
    }

    /// <summary>Starts one that runs another script, which does something for each line that it is told. A shell that is new takes its time for its first cmdlets, so that one is for all.</summary>
    public static Process Open(Setting setting, string shell, string endpoint, string script) =>
        Run.StartOpen(shell, ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", System.IO.Path.Combine(setting.Root, "tests/Benchmarks", script)], info =>
        {
            info.Environment["VIRT_ENDPOINT"] = endpoint;
            info.Environment["VIRT_BENCH_MODULE"] = setting.Module;
        });

    /// <summary>Tells it a line, and gives the figures that it answers.</summary>
    public static double[] Ask(Process shell, string line)
    {
        shell.StandardInput.WriteLine(line);
        var answer = shell.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The session has ended: " + shell.StandardError.ReadToEnd());
        return [.. answer.Split(' ').Select(static text => double.Parse(text, CultureInfo.InvariantCulture))];
    }

    /// <summary>Runs it and gives its figures by name.</summary>
    /// <param name="setting">Where things are.</param>
    /// <param name="shell">The shell's path.</param>
    /// <param name="endpoint">The agent's endpoint.</param>
    /// <param name="count">How often a call is made for one median; 0: only the import is measured.</param>
    /// <param name="module">The module to import.</param>
    public static IReadOnlyDictionary<string, double> Measure(Setting setting, string shell, string endpoint, int count, string module)
    {
        var output = Run.Output(shell, ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", System.IO.Path.Combine(setting.Root, "tests/Benchmarks/session.ps1")], info =>
        {
            info.Environment["VIRT_ENDPOINT"] = endpoint;
            info.Environment["VIRT_BENCH_MODULE"] = module;
            info.Environment["VIRT_BENCH_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
        });
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Trim().Split(' ')).Where(static parts => parts.Length == 2)
            .ToDictionary(static parts => parts[0], static parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
