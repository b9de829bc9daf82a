using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Benchmarks;

/// <summary>What one case was measured to be, over and over.</summary>
internal sealed class Samples
{
    private readonly List<double> values = [];

    public int Count => values.Count;

    /// <summary>Itself; null where nothing was measured.</summary>
    public Samples? OrNull => values.Count == 0 ? null : this;

    public double Median => At(0.5);

    public double P90 => At(0.9);

    public double Least => At(0);

    public void Add(double value) => values.Add(value);

    public void Clear() => values.Clear();

    /// <summary>Round by round, how much more this was than another that was measured in turn with it.</summary>
    public Samples Beyond(Samples other)
    {
        var difference = new Samples();
        foreach (var (mine, its) in values.Zip(other.values))
        {
            difference.Add(mine - its);
        }

        return difference;
    }

    public static Samples Of(double value)
    {
        var samples = new Samples();
        samples.Add(value);
        return samples;
    }

    private double At(double part)
    {
        if (values.Count == 0)
        {
            throw new InvalidOperationException("Nothing was measured.");
        }

        var sorted = values.Order().ToList();
        return sorted[(int)Math.Round((values.Count - 1) * part, MidpointRounding.AwayFromZero)];
    }
}
