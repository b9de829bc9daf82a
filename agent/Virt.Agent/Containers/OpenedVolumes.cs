using System;
using System.Collections.Generic;
using Microsoft.Win32.SafeHandles;

namespace Virt.Agent.Containers;

/// <summary>Volumes that are mounted nowhere yet.</summary>
internal sealed class OpenedVolumes : IDisposable
{
    private readonly List<(ContainerVolume Volume, SafeFileHandle Mount)> all = [];

    /// <summary>Each with its detached mount.</summary>
    public IReadOnlyList<(ContainerVolume Volume, SafeFileHandle Mount)> All => all;

    /// <summary>Takes one; its mount is ours from now on.</summary>
    public void Add(ContainerVolume volume, SafeFileHandle mount) => all.Add((volume, mount));

    /// <inheritdoc/>
    public void Dispose() => all.ForEach(static one => one.Mount.Dispose());
}
