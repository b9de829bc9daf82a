using System.Globalization;

namespace Virt.Benchmarks;

/// <summary>One line of the table: our figure, its peer's from the same run, and what it shall be.</summary>
/// <param name="Figure">What was measured.</param>
/// <param name="Unit">ms, MB …</param>
/// <param name="Ours">Our samples.</param>
/// <param name="PeerName">Who was measured beside; or why nobody was.</param>
/// <param name="Peer">Its samples; null: nobody.</param>
/// <param name="Goal">What it shall be; empty: nothing is set.</param>
internal sealed record Row(string Figure, string Unit, Samples Ours, string PeerName, Samples? Peer, string Goal = "")
{
    public static string Head => "| figure | Virt | p90 | peer | its figure | peer / Virt | n | goal |\n|---|---:|---:|---|---:|---:|---:|---|";

    public override string ToString()
    {
        var peer = Peer is null ? "" : $"{Number(Peer.Median)} {Unit}";
        var ratio = Peer is null || Ours.Median <= 0 ? "" : $"{Number(Peer.Median / Ours.Median)}×";
        return $"| {Figure} | {Number(Ours.Median)} {Unit} | {(Ours.Count > 1 ? Number(Ours.P90) : "")} | {PeerName} | {peer} | {ratio} | {Ours.Count} | {Goal} |";
    }

    private static string Number(double value) => value.ToString(value switch { < 1 => "0.000", < 10 => "0.00", < 100 => "0.0", _ => "0" }, CultureInfo.InvariantCulture);
}
