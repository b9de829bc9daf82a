using MessagePack;

namespace Virt.Protocol.Wire;

/// <summary>Writes a value of <typeparamref name="T"/>.</summary>
public delegate void WireWrite<in T>(ref MessagePackWriter writer, T value);
