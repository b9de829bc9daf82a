using System;

namespace Virt.Agent.Storage.Vhds;

/// <summary>A machine of this host that has a disk image.</summary>
/// <param name="Id">The machine.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">What it is doing.</param>
/// <param name="IsOff">True where nothing of it runs, nor is about to.</param>
/// <param name="IsRunning">True where its QEMU is there and can be told of changes.</param>
/// <param name="Use">What it has the image for.</param>
/// <param name="Format">The image's format, as the machine knows it.</param>
/// <param name="HasCheckpoints">True where states of the machine are kept that are as large as its disk was then.</param>
public sealed record VhdUser(Guid Id, string Name, VMState State, bool IsOff, bool IsRunning, VhdUse Use, string Format, bool HasCheckpoints);
