using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for a one-time code.</summary>
[MessagePackObject]
public sealed partial record NewVirtPeerCode
{
    /// <summary>How long it is good: a minute to a day.</summary>
    [Key(0)]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);
}
