using MessagePack;

namespace Virt.Protocol.Wire;

/// <summary>What can be asked of any call, whatever its method: the optional second of a request's params.</summary>
[MessagePackObject]
public sealed partial record CallOptions
{
    /// <summary>Run every check and change nothing. Of methods that change something only.</summary>
    [Key(0)]
    public bool WhatIf { get; set; }

    /// <summary>Answer at once with the <see cref="VirtOperation"/> that the call became, and let it go on by itself.</summary>
    [Key(1)]
    public bool Detach { get; set; }
}
