using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Virt.Agent.State;

namespace Virt.Agent.Storage.Volumes;

/// <summary>A volume in memory: its row, read, its folder, and who has it.</summary>
internal sealed class VolumeEntry
{
    public VolumeEntry(ResourceRow row, string volumes)
    {
        Row = row;
        Spec = JsonSerializer.Deserialize(row.Spec, VolumeJson.Default.VolumeSpec)!;
        Phase = Enum.Parse<VolumePhase>(row.Phase);
        Folder = Path.Combine(volumes, row.Id.ToString("D"));
    }

    public ResourceRow Row { get; private set; }

    public VolumeSpec Spec { get; private set; }

    public VolumePhase Phase { get; private set; }

    public Guid Id => Row.Id;

    public string Name => Row.Name;

    /// <summary>Everything of it.</summary>
    public string Folder { get; }

    /// <summary>What it holds.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>What is not whole yet.</summary>
    public string Part => Path.Combine(Folder, "part");

    /// <summary>What it is to hold.</summary>
    public string Next => Path.Combine(Folder, "next");

    /// <summary>What it held.</summary>
    public string Former => Path.Combine(Folder, "former");

    /// <summary>What its first use needs while it looks at the image.</summary>
    public string Scratch => Path.Combine(Folder, "scratch");

    /// <summary>Its checkpoints.</summary>
    public string Checkpoints => Path.Combine(Folder, "checkpoints");

    public Dictionary<Guid, VolumeUser> Users { get; } = [];

    /// <summary>Nothing that has it may start.</summary>
    public bool IsRestoring { get; set; }

    public bool IsRemoved { get; set; }

    public static ResourceRow NewRow(Guid id, string name, VolumeSpec spec, DateTimeOffset time) => new()
    {
        Id = id,
        Kind = VolumeService.Kind,
        Name = name,
        Phase = nameof(VolumePhase.Creating),
        Spec = Write(spec),
        Created = time,
    };

    public string FolderOf(Guid checkpoint) => Path.Combine(Checkpoints, checkpoint.ToString("D"));

    public void Set(ResourceTable table, VolumePhase phase, VolumeSpec? spec = null)
    {
        var row = Row with { Phase = phase.ToString(), Spec = spec is null ? Row.Spec : Write(spec) };
        table.Update(row);
        Row = row;
        Phase = phase;
        Spec = spec ?? Spec;
    }

    private static string Write(VolumeSpec spec) => JsonSerializer.Serialize(spec, VolumeJson.Default.VolumeSpec);
}
