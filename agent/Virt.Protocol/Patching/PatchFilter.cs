using MessagePack;

namespace Virt;

/// <summary>Which of the waiting packages are meant.</summary>
[MessagePackObject]
public sealed partial record PatchFilter
{
    /// <summary>Only what comes from a security archive.</summary>
    [Key(0)]
    public bool SecurityOnly { get; set; }

    /// <summary>Only packages whose name matches one of these patterns; empty: all.</summary>
    [Key(1)]
    public string[] Include { get; set; } = [];

    /// <summary>No package whose name matches one of these patterns.</summary>
    [Key(2)]
    public string[] Exclude { get; set; } = [];
}
