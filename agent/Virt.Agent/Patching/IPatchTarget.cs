using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>
/// One workload as the engine sees it. The engine decides what is done and when; a target knows how. Every step may be done again from its beginning after a restart
/// of the agent: a target looks at <see cref="TargetWork.Data"/> and at what is there, and does what is left.
/// </summary>
public interface IPatchTarget
{
    /// <summary>What it is.</summary>
    WorkloadKind Kind { get; }

    /// <summary>Its id.</summary>
    Guid Id { get; }

    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>True where it is asked itself, so that lists of packages stay fetched; false where each question is put to a fresh copy of it.</summary>
    bool IsAskedInPlace { get; }

    /// <summary>What is seen without asking inside it.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    Task<TargetLook> LookAsync(CancellationToken cancellation);

    /// <summary>Asks questions of its package manager.</summary>
    Task<T> AskAsync<T>(Func<IShell, CancellationToken, Task<T>> questions, CancellationToken cancellation);

    /// <summary>Keeps what it can be put back to, and says in a few words what that is.</summary>
    Task<string> CheckpointAsync(TargetWork work, CancellationToken cancellation);

    /// <summary>Lets its packages be updated: in it, or in what becomes its next generation. What the update throws passes through.</summary>
    Task ApplyAsync(TargetWork work, Func<IShell, CancellationToken, Task> update, CancellationToken cancellation);

    /// <summary>Of a container: puts the updated generation in the old one's place. Says in a few words what was done; null: nothing was to be done.</summary>
    Task<string?> ReplaceAsync(TargetWork work, CancellationToken cancellation);

    /// <summary>Of a VM: reboots the guest and waits until it answers from its new boot.</summary>
    Task<string> RebootAsync(TargetWork work, CancellationToken cancellation);

    /// <summary>One round of health checks. Null: there is nothing to be checked, as it does not run and did not before.</summary>
    Task<HealthAnswer?> ProbeAsync(TargetWork work, HealthCheck check, CancellationToken cancellation);

    /// <summary>It stays as it is now. What it could have been put back to is kept where that is wanted (or cheap), else let go of; sets <see cref="PatchResult.Kept"/> and <see cref="PatchResult.Lost"/>.</summary>
    Task<string> KeepAsync(TargetWork work, bool keep);

    /// <summary>Brings it back to what it was, and sets <see cref="PatchResult.Lost"/>. Says in a few words what was done.</summary>
    Task<string> PutBackAsync(TargetWork work);
}
