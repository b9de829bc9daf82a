using System;
using System.Collections.Generic;
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
