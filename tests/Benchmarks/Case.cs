using System;
using System.Collections.Generic;

namespace Virt.Benchmarks;

/// <summary>Something that can be measured once: by a name, and a run that gives its figure and may add another beside it.</summary>
internal sealed record Case(string Name, Func<Samples, double> Run)
{
    public Case(string name, Func<double> run)
        : this(name, _ => run())
    {
    }

    public Samples Samples { get; } = new();

    /// <summary>What a run has measured besides.</summary>
    public Samples Beside { get; } = new();

    /// <summary>Measures the cases in turn, A B C A B C …, so that a machine whose speed drifts does so for all of them. The first round is not counted.</summary>
    public static void Interleave(int rounds, params IReadOnlyList<Case> cases)
    {
        for (var round = -1; round < rounds; round++)
        {
            foreach (var one in cases)
            {
                var value = one.Run(one.Beside);
                if (round < 0)
                {
                    one.Beside.Clear();
                }
                else
                {
                    one.Samples.Add(value);
                }
            }
        }
    }
}
