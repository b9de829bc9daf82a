using System;
using System.Collections.Generic;

namespace Virt.Agent.Containers;

/// <summary>Which news a change of a container is.</summary>
internal static class ContainerEvents
{
    /// <summary>Compares how it was with how it is.</summary>
    /// <returns>What is to be told, in its order; often nothing.</returns>
    public static IEnumerable<(VirtEventAction Action, string Message)> Of((ContainerState State, ContainerRun? Run, ContainerSpec Spec) was, (ContainerState State, ContainerRun? Run, ContainerSpec Spec) now)
    {
        if (was.State == ContainerState.Creating)
        {
            // Nobody knows of it yet.
        }
        else if (now.Spec.Generation != was.Spec.Generation)
        {
            yield return (VirtEventAction.Changed, $"It is generation {now.Spec.Generation}.");
        }
        else if (Settings(now.Spec) != Settings(was.Spec))
        {
            yield return (VirtEventAction.Changed, "");
        }

        if (now.State == was.State)
        {
            yield break;
        }

        switch (now.State)
        {
            case ContainerState.Created when was.State == ContainerState.Creating:
                yield return (VirtEventAction.Created, $"Its image is '{now.Spec.Image}'.");
                break;
            case ContainerState.Running when was.State == ContainerState.Starting && now.Run is { RestartCount: > 0 } run:
                yield return (VirtEventAction.Restarted, $"Its restart policy is {now.Spec.RestartPolicy}; it was started again {run.RestartCount} times in a row.");
                break;
            case ContainerState.Running when was is { State: ContainerState.Starting, Run.StartAgain: true }:
                yield return (VirtEventAction.Restarted, "");
                break;
            case ContainerState.Running when was.State is ContainerState.Stopping:
                yield return (VirtEventAction.Resumed, "It did not end, and runs on.");
                break;
            case ContainerState.Running:
                yield return (was.State == ContainerState.Paused ? VirtEventAction.Resumed : VirtEventAction.Started, "");
                break;
            case ContainerState.Paused:
                yield return (VirtEventAction.Suspended, "");
                break;
            case ContainerState.Stopping:
                yield return (VirtEventAction.Stopping, now.Run is { StartAgain: true } ? "It is to be started again." : "");
                break;
            case ContainerState.Stopped:
                yield return (VirtEventAction.Exited, now.Run?.Status ?? "");
                break;
            case ContainerState.Failed:
                yield return (VirtEventAction.Failed, now.Run?.Status ?? "");
                break;
        }
    }

    // Without what is the agent's own business. Lists that were not changed are the very same.
    private static ContainerSpec Settings(ContainerSpec spec) => spec with { HostIds = 0, LabelLevel = "", FrozenSource = Guid.Empty, Arriving = "", Exports = [], StandsStill = false, Built = null, Previous = null, LastGeneration = 0 };
}
