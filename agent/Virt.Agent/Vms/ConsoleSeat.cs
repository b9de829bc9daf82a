using System.Threading.Tasks;

namespace Virt.Agent.Vms;

/// <summary>Somebody at a console, until he leaves it.</summary>
/// <param name="session">The machine's QEMU.</param>
internal sealed class ConsoleSeat(VmSession session)
{
    private readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is typed goes there.</summary>
    public VmSession Session { get; } = session;

    /// <summary>Ends when it is left.</summary>
    public Task Left => left.Task;

    /// <summary>Leaves it.</summary>
    public void Leave() => left.TrySetResult();
}
