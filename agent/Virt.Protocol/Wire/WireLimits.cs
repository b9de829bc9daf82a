namespace Virt.Protocol.Wire;

/// <summary>What one message may claim. Both sides hold to these; a peer that goes past one is told once and disconnected.</summary>
public static class WireLimits
{
    /// <summary>The largest message in bytes, 16 MiB.</summary>
    public const int MaxMessageBytes = 16 * 1024 * 1024;

    /// <summary>How deep arrays and maps may nest. The deepest contract needs 7.</summary>
    public const int MaxDepth = 32;

    /// <summary>How many bytes of standard input a call may send ahead of what the agent said it has taken.</summary>
    public const int StdinWindowBytes = 1024 * 1024;

    /// <summary>How many requests one connection may have unanswered.</summary>
    public const int MaxRequestsInFlight = 64;
}
