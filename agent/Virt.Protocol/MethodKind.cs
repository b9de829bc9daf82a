namespace Virt.Protocol;

/// <summary>What a call does to the host, and so what becomes of it when its client leaves.</summary>
public enum MethodKind
{
    /// <summary>Reads, waits, or runs something for its client. Ends when its client leaves.</summary>
    Query = 0,

    /// <summary>Changes something: an operation, which goes on when its client leaves and which WhatIf applies to.</summary>
    Change = 1,
}
