using System;
using System.Text.Json;
using Virt.Agent.State;

namespace Virt.Agent.Vms;

/// <summary>A checkpoint in memory: its row, read. Changed only under its machine's lock; may be read at any time.</summary>
internal sealed class CheckpointEntry
{
    public CheckpointEntry(ResourceRow row)
    {
        Row = row;
        Spec = JsonSerializer.Deserialize(row.Spec, VmJson.Default.VmCheckpointSpec)!;
        Phase = Enum.Parse<CheckpointPhase>(row.Phase);
    }

    public ResourceRow Row { get; private set; }

    public VmCheckpointSpec Spec { get; private set; }

    public CheckpointPhase Phase { get; private set; }

    public Guid Id => Row.Id;

    public string Name => Spec.Name;

    /// <summary>The user knows of it.</summary>
    public bool IsVisible => Phase is CheckpointPhase.Ready or CheckpointPhase.Restoring;

    /// <summary>A name is the machine's own; a hidden checkpoint gives its name back.</summary>
    public static string RowName(Guid id, CheckpointPhase phase, VmCheckpointSpec spec) =>
        phase == CheckpointPhase.Hidden ? $"{spec.VMId:N}#{id:N}" : $"{spec.VMId:N}/{spec.Name}";

    public static ResourceRow NewRow(Guid id, CheckpointPhase phase, VmCheckpointSpec spec) => new()
    {
        Id = id,
        Kind = VmService.CheckpointKind,
        Name = RowName(id, phase, spec),
        Phase = phase.ToString(),
        Spec = JsonSerializer.Serialize(spec, VmJson.Default.VmCheckpointSpec),
        Created = spec.Time,
    };

    /// <summary>Writes the phase and what it is to the disk, then shows them.</summary>
    public void Set(ResourceTable table, CheckpointPhase phase, VmCheckpointSpec spec)
    {
        var row = NewRow(Id, phase, spec);
        table.Update(row);
        Row = row;
        Spec = spec;
        Phase = phase;
    }
}
