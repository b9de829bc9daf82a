using System;
using System.Collections.Generic;

namespace Virt.Benchmarks;

/// <summary>Something that can be measured once: by a name for the table, and a run that gives its figure.</summary>
internal sealed record Case(string Name, Func<double> Run)
{
    public Samples Samples { get; } = new();

    /// <summary>Measures the cases in turn, A B C A B C …, so that a machine whose speed drifts does so for all of them. The first round is not counted.</summary>
    public static void Interleave(int rounds, params IReadOnlyList<Case> cases)
    {
        for (var round = -1; round < rounds; round++)
        {
            foreach (var one in cases)
            {
                var value = one.Run();
                if (round >= 0)
                {
                    one.Samples.Add(value);
                }
            }
        }
    }
}
