using System;

namespace Virt.Protocol.Wire;

/// <summary>One message, taken apart as far as every message is alike; what is particular to its method is still bytes.</summary>
public sealed class Message
{
    /// <summary>Which of the three it is.</summary>
    public MessageKind Kind { get; set; }

    /// <summary>The request's id; for a notification the first of its params where that is a number, else 0.</summary>
    public uint Id { get; set; }

    /// <summary>The method; empty for a response.</summary>
    public string Method { get; set; } = "";

    /// <summary>The error of a response; null where it succeeded.</summary>
    public ErrorInfo? Error { get; set; }

    /// <summary>The encoded params array of a request or notification, or the encoded result of a response.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }
}
