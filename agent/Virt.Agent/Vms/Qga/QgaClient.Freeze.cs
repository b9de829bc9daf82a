using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms.Qga;

/// <summary>File systems that stand still for a moment. Source: QEMU's guest agent protocol reference, guest-fsfreeze-freeze.</summary>
public sealed partial class QgaClient
{
    private const string Freeze = "guest-fsfreeze-freeze";
    private const string Thaw = "guest-fsfreeze-thaw";

    /// <summary>Whether this guest's agent has, and is allowed, what <see cref="WhileFrozenAsync"/> needs.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<bool> CanFreezeAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var info = await ExecuteAsync("guest-info", null, timeout, cancellation).ConfigureAwait(false);
        return Read("guest-info", () => new[] { Freeze, Thaw }.All(wanted => info.GetProperty("supported_commands").EnumerateArray().Any(c => c.GetProperty("name").GetString() == wanted && c.GetProperty("enabled").GetBoolean())));
    }

    /// <summary>
    /// Lets the guest bring its file systems, and by its hooks its programs, to rest; does something; lets them go on. Other commands, which a frozen guest's agent would refuse, wait meanwhile.
    /// Where this throws, the guest may be frozen still.
    /// </summary>
    /// <param name="timeout">How long the guest may take to come to rest, and again to go on.</param>
    /// <param name="act">What is done while they stand still.</param>
    /// <param name="cancellation">Ends the wait for that.</param>
    /// <returns>The file systems that stood still, and that went on; null: whether they did is not known.</returns>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<(long Frozen, long? Thawed)> WhileFrozenAsync(TimeSpan timeout, Func<Task> act, CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var frozen = await CountUnderLockAsync(Freeze, timeout, cancellation).ConfigureAwait(false);
            await act().ConfigureAwait(false);
            try
            {
                return (frozen, await CountUnderLockAsync(Thaw, timeout, CancellationToken.None).ConfigureAwait(false));
            }
            catch (Exception e) when (e is QgaException or TimeoutException or IOException)
            {
                return (frozen, null);
            }
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Lets the guest's file systems go on, where they stand still.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public Task ThawAsync(TimeSpan timeout, CancellationToken cancellation) => ExecuteAsync(Thaw, null, timeout, cancellation);

    private async Task<long> CountUnderLockAsync(string command, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var answer = await ExecuteUnderLockAsync(command, null, either.Token).ConfigureAwait(false);
            return answer.ValueKind == JsonValueKind.Number && answer.TryGetInt64(out var count) && count >= 0 ? count : throw NoAnswer(command);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Unanswered(command, timeout, e);
        }
    }
}
