using System.Collections.Generic;

namespace Virt.Agent.Events;

/// <summary>Events in their order.</summary>
/// <param name="Events">The events; empty where there are none yet.</param>
/// <param name="Next">The number to read on from.</param>
/// <param name="Lost">How many before them have been overwritten unread.</param>
public readonly record struct EventBatch(IReadOnlyList<VirtEvent> Events, long Next, long Lost);
