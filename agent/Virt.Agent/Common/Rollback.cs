using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace Virt.Agent.Common;

/// <summary>
/// Undoes the steps of a many-step work that did not come to its end. After each step the work adds how to undo it; at its end it commits.
/// Without a commit the steps are undone in reverse order. A step that cannot be undone is logged and does not keep the others from it.
/// </summary>
public sealed class Rollback : IAsyncDisposable
{
    private readonly Stack<(string What, Func<ValueTask> Undo)> steps = new();

    /// <summary>Adds how to undo the step just made.</summary>
    /// <param name="what">What undoing it does, for the log, such as <c>remove the folder of VM 'web01'</c>.</param>
    /// <param name="undo">Undoes it.</param>
    public void Add(string what, Action undo) => Add(
        what,
        () =>
        {
            undo();
            return default;
        });

    /// <summary>Adds how to undo the step just made.</summary>
    public void Add(string what, Func<ValueTask> undo) => steps.Push((what, undo));

    /// <summary>The work is done: nothing is undone.</summary>
    public void Commit() => steps.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (steps.TryPop(out var step))
        {
            try
            {
                await step.Undo().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                AgentLog.Error($"Could not {step.What} after a failed step", e);
            }
        }
    }
}
