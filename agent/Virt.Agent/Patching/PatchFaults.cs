using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Patching;

/// <summary>The places between two steps of a patch: before a step acts (the journal says that it has begun), and after it has acted (the journal does not say so yet).</summary>
public static class PatchFaults
{
    /// <summary>The run is stored, and no workload of it has begun.</summary>
    public const string Stored = "patch.stored";

    /// <summary>All workloads have ended, and the run has not.</summary>
    public const string Ending = "patch.ending";

    /// <summary>All of them; not every run passes each (a container is not rebooted, what is healthy is not put back).</summary>
    public static IReadOnlyList<string> All { get; } = [Stored, .. Enum.GetValues<PatchStepKind>().SelectMany(static step => new[] { Begun(step), Acted(step) }), Ending];

    /// <summary>The step has begun, and nothing is done.</summary>
    public static string Begun(PatchStepKind step) => Of(step, "begun");

    /// <summary>The step has done its work, and the journal does not say so.</summary>
    public static string Acted(PatchStepKind step) => Of(step, "acted");

    private static string Of(PatchStepKind step, string what) => $"patch.{step.ToString().ToLowerInvariant()}.{what}";
}
