using MessagePack;

namespace Virt.Protocol.Wire;

/// <summary>Reads a value of <typeparamref name="T"/>; throws <see cref="MessagePackSerializationException"/> where the bytes are of another type.</summary>
public delegate T WireRead<out T>(ref MessagePackReader reader);
