using System.Collections.Generic;
using System.Linq;

namespace Virt.Benchmarks;

/// <summary>What a user's session costs: the import in a fresh process, and an empty call from inside.</summary>
internal static class ModuleBenchmark
{
    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        var endpoint = agent.Endpoint.Text;
        var shells = Session.Shells(setting).ToList();

        var imports = shells.Select(shell => new Case(shell.Name, () => Session.Measure(setting, shell.Path, endpoint, 0, setting.Module)["import"])).ToList();
        var hasPwsh = shells[0].Name == "pwsh";
        var floor = new Case("floor", () => Session.Measure(setting, shells[0].Path, endpoint, 0, "Microsoft.PowerShell.Management")["import"]);
        Case.Interleave(setting.Rounds(15), hasPwsh ? [.. imports, floor] : imports);
        foreach (var import in imports)
        {
            yield return new Row(
                $"`Import-Module Virt` in a fresh {import.Name}", "ms", import.Samples, hasPwsh ? "`Import-Module Microsoft.PowerShell.Management` in pwsh" : "pwsh is not installed", floor.Samples.OrNull, "< 150 ms");
        }

        foreach (var shell in shells)
        {
            var ping = new Samples();
            var none = new Samples();
            var bare = new Samples();
            for (var i = 0; i < setting.Rounds(5); i++)
            {
                var figures = Session.Measure(setting, shell.Path, endpoint, 1000, setting.Module);
                ping.Add(figures["ping"]);
                none.Add(figures["none"]);
                bare.Add(figures["floor"]);
            }

            yield return new Row($"Round trip of an empty call inside a session of {shell.Name}", "ms", ping, "an empty script block in the same session", bare, "< 0.2 ms");
            yield return new Row($"`Get-VM` that finds nothing, inside a session of {shell.Name}", "ms", none, "an empty script block in the same session", bare);
        }
    }
}
