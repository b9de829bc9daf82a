using System.Collections.Generic;
using Virt.Agent.Common;

namespace Virt.Agent.Storage.Volumes;

/// <summary>The places between two steps of work on volumes, for <see cref="FaultPoint"/>.</summary>
public static class VolumeFaults
{
    /// <summary>A volume is stored, and nothing of it is made.</summary>
    public const string NewWritten = "volume.new.written";

    /// <summary>It holds all that it shall, and nothing says so.</summary>
    public const string NewFilled = "volume.new.filled";

    /// <summary>A checkpoint is whole, and no volume names it.</summary>
    public const string CheckpointFilled = "volume.checkpoint.filled";

    /// <summary>What a volume is to hold lies beside it, and nothing says so.</summary>
    public const string RestoreFilled = "volume.restore.filled";

    /// <summary>It is written that it is being restored.</summary>
    public const string RestoreWritten = "volume.restore.written";

    /// <summary>What it held is put away, and nothing is in its place.</summary>
    public const string RestoreMoved = "volume.restore.moved";

    /// <summary>What it shall hold is in its place, and what it held is still there.</summary>
    public const string RestorePlaced = "volume.restore.placed";

    /// <summary>It is written that it is being removed.</summary>
    public const string RemoveWritten = "volume.remove.written";

    /// <summary>An archive is whole, and has not its name.</summary>
    public const string ExportFilled = "volume.export.filled";

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } = [NewWritten, NewFilled, CheckpointFilled, RestoreFilled, RestoreWritten, RestoreMoved, RestorePlaced, RemoveWritten, ExportFilled];
}
