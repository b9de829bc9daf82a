using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks what the host can and what it lacks.</summary>
[MessagePackObject]
public sealed partial record TestVirtHost
{
}
