using System;

namespace Virt.Agent.Vms;

/// <summary>What is written while a disk of a machine's goes to another folder: of two files one is the disk, and the other goes. Stored with its spec.</summary>
/// <param name="OtherPath">The file that is not the disk: at first the one that is being written, in the end the one that is left.</param>
/// <param name="WasPaused">The guest's CPUs stood still before, and are to stand still afterwards.</param>
/// <param name="Drive">The disk's drive; empty: it is the first disk.</param>
public sealed record VmStorageMove(string OtherPath, bool WasPaused, Guid Drive = default);
