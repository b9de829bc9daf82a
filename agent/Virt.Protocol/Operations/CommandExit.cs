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

    /// <summary>It wrote more than was kept: a guest agent keeps 16 MiB of standard output and as much of standard error.</summary>
    [Key(2)]
    public bool IsTruncated { get; set; }
}
