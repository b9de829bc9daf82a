using System;
using Virt.Agent.Networks;

namespace Virt.Agent.Vms;

/// <summary>A place in a network that a network adapter has when its machine is brought back to a checkpoint; stored as JSON.</summary>
/// <param name="Adapter">The adapter; empty: the first.</param>
/// <param name="Network">What the network is called.</param>
/// <param name="Attachment">The place.</param>
public sealed record VmCheckpointPlace(Guid Adapter, string Network, NetworkAttachment Attachment);
