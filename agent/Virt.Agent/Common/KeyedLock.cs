using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Common;

/// <summary>One lock for each key, made when it is wanted and forgotten when nobody wants it any more.</summary>
public sealed class KeyedLock
{
    private readonly Dictionary<Guid, Gate> gates = [];

    /// <summary>Waits until nobody else holds the key's lock; dispose what it gives to let go.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask<IDisposable> EnterAsync(Guid key, CancellationToken cancellation)
    {
        Gate? gate;
        lock (gates)
        {
            if (!gates.TryGetValue(key, out gate))
            {
                gates[key] = gate = new Gate(this, key);
            }

            gate.Wanted++;
        }

        try
        {
            await gate.Semaphore.WaitAsync(cancellation).ConfigureAwait(false);
            return new Held(gate);
        }
        catch
        {
            Leave(gate);
            throw;
        }
    }

    /// <summary>Enters the lock of something that may be removed while it is waited for.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="refusal">Asked once the lock is held: the error where the thing is there no more, for which it lets go again; else null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask<IDisposable> EnterAsync(Guid key, Func<Exception?> refusal, CancellationToken cancellation)
    {
        var held = await EnterAsync(key, cancellation).ConfigureAwait(false);
        var refused = refusal();
        if (refused is null)
        {
            return held;
        }

        held.Dispose();
        throw refused;
    }

    private void Leave(Gate gate)
    {
        lock (gates)
        {
            if (--gate.Wanted == 0)
            {
                gates.Remove(gate.Key);
                gate.Semaphore.Dispose();
            }
        }
    }

    private sealed class Gate(KeyedLock owner, Guid key)
    {
        public KeyedLock Owner { get; } = owner;

        public Guid Key { get; } = key;

        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Wanted { get; set; }
    }

    private sealed class Held(Gate gate) : IDisposable
    {
        private Gate? gate = gate;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref gate, null) is { } held)
            {
                held.Semaphore.Release();
                held.Owner.Leave(held);
            }
        }
    }
}
