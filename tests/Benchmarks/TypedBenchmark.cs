using System.Collections.Generic;

namespace Virt.Benchmarks;

/// <summary><c>Start-Container</c> as an admin types it, in a session that has typed it before: the cmdlet, its binding, the client and the agent together.</summary>
internal static class TypedBenchmark
{
    private const string Goal = "< 10 ms";

    // A shell that is new takes its time for its first cmdlets.
    private const int Before = 10;

    public static IEnumerable<Row> Run(Setting setting, Agent agent, string network)
    {
        foreach (var (name, path) in Session.Shells(setting))
        {
            using var shell = Session.Open(setting, path, agent.Endpoint.Text, "typed.ps1");
            foreach (var on in new[] { "none", network })
            {
                for (var i = 0; i < Before; i++)
                {
                    Session.Ask(shell, on);
                }

                var (started, made) = (new Samples(), new Samples());
                for (var i = 0; i < setting.Rounds(50); i++)
                {
                    var figures = Session.Ask(shell, on);
                    started.Add(figures[0]);
                    made.Add(figures[1]);
                }

                var where = on == "none" ? "no network" : "a bridge";
                yield return new Row($"`Start-Container web` as typed in a warm session of {name}, {where}", "ms", started, "", null, Goal);
                yield return new Row($"`Start-Container -Image …` as typed in a warm session of {name}, {where}", "ms", made, "", null, Goal);
            }

            shell.StandardInput.Close();
            shell.WaitForExit();
        }
    }
}
