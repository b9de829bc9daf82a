using System;

namespace Virt.Agent.Patching;

/// <summary>What a target is given for each of its steps: the run, the journal, and how to write it to the disk in the midst of a step.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Journal">How far it has come.</param>
/// <param name="Save">Writes the journal.</param>
public sealed record TargetWork(Guid RunId, PatchJournal Journal, Action Save)
{
    /// <summary>What the target itself must know again after a restart.</summary>
    public TargetData Data => Journal.Data;

    /// <summary>What is reported.</summary>
    public PatchResult Result => Journal.Result;
}
