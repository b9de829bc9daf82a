using MessagePack;

namespace Virt.Protocol;

/// <summary>How a command ended.</summary>
[MessagePackObject]
public sealed partial record CommandExit
{
    /// <summary>Its exit code; null where a signal ended it.</summary>
    [Key(0)]
    public int? ExitCode { get; set; }

    /// <summary>The signal that ended it; null where it exited.</summary>
    [Key(1)]
    public int? Signal { get; set; }
}
