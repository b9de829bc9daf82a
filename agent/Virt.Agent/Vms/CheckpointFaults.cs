using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of a checkpoint's life at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class CheckpointFaults
{
    internal const string Recorded = "checkpoint.create.recorded";
    internal const string Made = "checkpoint.create.made";
    internal const string Prepared = "checkpoint.create.prepared";
    internal const string Attached = "checkpoint.create.attached";
    internal const string Saving = "checkpoint.create.saving";
    internal const string Paused = "checkpoint.create.paused";
    internal const string Switched = "checkpoint.create.switched";
    internal const string NvramKept = "checkpoint.create.nvram";
    internal const string Saved = "checkpoint.create.saved";
    internal const string Running = "checkpoint.create.running";
    internal const string Flushed = "checkpoint.create.flushed";

    internal const string Verified = "checkpoint.create.verified";
    internal const string SavedKept = "checkpoint.create.savedkept";
    internal const string Frozen = "checkpoint.create.frozen";
    internal const string Kept = "checkpoint.create.kept";
    internal const string Thawed = "checkpoint.create.thawed";

    internal const string RestoreRecorded = "checkpoint.restore.recorded";
    internal const string TurnedOff = "checkpoint.restore.off";
    internal const string OverlayMade = "checkpoint.restore.made";
    internal const string DiskSwitched = "checkpoint.restore.switched";
    internal const string OldDiskGone = "checkpoint.restore.replaced";
    internal const string NvramBack = "checkpoint.restore.nvram";
    internal const string SavedBack = "checkpoint.restore.savedback";
    internal const string Launched = "checkpoint.restore.launched";
    internal const string Loaded = "checkpoint.restore.loaded";
    internal const string Restored = "checkpoint.restore.running";

    internal const string Hidden = "checkpoint.remove.hidden";
    internal const string FilesGone = "checkpoint.remove.files";
    internal const string Merging = "checkpoint.remove.merging";
    internal const string Copied = "checkpoint.remove.copied";
    internal const string Stopped = "checkpoint.remove.stopped";
    internal const string Pivoted = "checkpoint.remove.pivoted";
    internal const string RowsWritten = "checkpoint.remove.rows";
    internal const string WentOn = "checkpoint.remove.continued";
    internal const string Unlinked = "checkpoint.remove.unlinked";

    /// <summary>While one is made of a running machine.</summary>
    public static IReadOnlyList<string> Create { get; } = [Recorded, Made, Prepared, Attached, Saving, Paused, Switched, NvramKept, Saved, Running, Flushed, Verified];

    /// <summary>While one is made of a saved machine.</summary>
    public static IReadOnlyList<string> CreateOfSaved { get; } = [Recorded, Made, Prepared, SavedKept, Verified];

    /// <summary>While the file systems of a running machine's guest stand still for one.</summary>
    public static IReadOnlyList<string> Freeze { get; } = [Frozen, Switched, NvramKept, Kept, Thawed];

    /// <summary>While a running machine is brought back to one with memory.</summary>
    public static IReadOnlyList<string> Restore { get; } = [RestoreRecorded, TurnedOff, OverlayMade, DiskSwitched, OldDiskGone, NvramBack, Launched, Loaded, Restored];

    /// <summary>While a machine that stands still or is saved is brought back to one of a saved machine.</summary>
    public static IReadOnlyList<string> RestoreSaved { get; } = [RestoreRecorded, TurnedOff, OverlayMade, DiskSwitched, OldDiskGone, NvramBack, SavedBack, Restored];

    /// <summary>While the last one of a running machine is removed.</summary>
    public static IReadOnlyList<string> Remove { get; } = [Hidden, FilesGone, Merging, Copied, Stopped, Pivoted, RowsWritten, WentOn, Unlinked];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Create, SavedKept, .. Freeze, .. Restore, SavedBack, .. Remove];
}
