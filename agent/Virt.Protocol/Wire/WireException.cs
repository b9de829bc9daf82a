using System;

namespace Virt.Protocol.Wire;

/// <summary>The peer sent bytes that are no message of this protocol. The connection cannot go on: where the next message begins is unknown.</summary>
public sealed class WireException : Exception
{
    /// <summary>Makes one with what was wrong, as a full sentence.</summary>
    public WireException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with what was wrong and what the MessagePack reader said.</summary>
    public WireException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
