using System;

namespace Virt.Agent.Registries;

/// <summary>A registry's answer broke off; it is asked for the rest, and nobody else hears of it.</summary>
internal sealed class RegistryBrokenException(Exception cause) : Exception(cause.Message, cause);
