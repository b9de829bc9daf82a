using System;

namespace Virt.Agent.Links;

/// <summary>A frame as it has come; valid until the next one.</summary>
/// <param name="kind">What it says.</param>
/// <param name="session">The receiver's number of the session; 0 before there is one.</param>
/// <param name="sequence">Its place in the session, from 1.</param>
/// <param name="stream">The stream that it is about.</param>
/// <param name="payload">The rest.</param>
internal readonly ref struct LinkFrame(LinkFrameKind kind, ulong session, uint sequence, uint stream, ReadOnlySpan<byte> payload)
{
    /// <summary>What it says.</summary>
    public LinkFrameKind Kind { get; } = kind;

    /// <summary>The receiver's number of the session; 0 before there is one.</summary>
    public ulong Session { get; } = session;

    /// <summary>Its place in the session, from 1.</summary>
    public uint Sequence { get; } = sequence;

    /// <summary>The stream that it is about.</summary>
    public uint Stream { get; } = stream;

    /// <summary>The rest.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;
}
