using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks for facts about the host.</summary>
[MessagePackObject]
public sealed partial record GetVirtHost
{
}
