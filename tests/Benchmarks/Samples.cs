using System;
using System.Collections.Generic;

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

        values.Sort();
        return values[(int)Math.Round((values.Count - 1) * part, MidpointRounding.AwayFromZero)];
    }
}
