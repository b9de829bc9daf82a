using MessagePack;

namespace Virt.Protocol;

/// <summary>Nothing to say, and room to say something later.</summary>
[MessagePackObject]
public sealed partial record Nothing
{
}
