namespace Virt.Agent.Storage;

/// <summary>What <c>qemu-img check</c> found in a disk image.</summary>
/// <param name="Corruptions">Damaged places: data may be wrong or gone.</param>
/// <param name="Leaks">Clusters that nothing uses: space is lost, nothing else.</param>
public sealed record DiskCheck(long Corruptions, long Leaks)
{
    /// <summary>True where no data is in danger.</summary>
    public bool IsSound => Corruptions == 0;

    /// <summary>What was mended; the others are what is left.</summary>
    public long Repaired { get; init; }
}
