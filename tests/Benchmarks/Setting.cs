using System.IO;

namespace Virt.Benchmarks;

/// <summary>Where things are.</summary>
/// <param name="Root">The repository.</param>
/// <param name="Work">A private folder for everything that the run makes.</param>
/// <param name="Quick">Fewer rounds.</param>
internal sealed record Setting(string Root, string Work, bool Quick)
{
    public string Agent => Path.Combine(Root, "out/agent/virt-agent");

    public string SqliteLibrary => Path.Combine(Root, "out/agent/libe_sqlite3.so");

    public string Module => Path.Combine(Root, "out/module/Virt/Virt.psd1");

    public string Shell => Path.Combine(Root, "out/shell/virt-shell");

    public string Images => Path.Combine(Root, "out/images");

    public string First => Path.Combine(Root, "out/bench/first");

    public string Asked => Path.Combine(Root, "out/bench/asked");

    /// <summary>The starter container image with <c>first</c> in it.</summary>
    public string BenchImages => Path.Combine(Work, "images");

    public string Rootfs => Path.Combine(BenchImages, "containers/bench/rootfs");

    public int Rounds(int full) => Quick ? int.Max(3, full / 5) : full;
}
