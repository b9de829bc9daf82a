using System;

namespace Virt.Agent.Storage.Volumes;

/// <summary>A workload that has a volume.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>container</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsAlive">Whether it runs, or is about to.</param>
public sealed record VolumeUser(Guid Id, string Kind, string Name, Func<bool> IsAlive);
