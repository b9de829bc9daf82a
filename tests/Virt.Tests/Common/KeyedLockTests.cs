using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Xunit;

namespace Virt.Tests.Common;

public sealed class KeyedLockTests
{
    [Fact]
    public async Task One_key_is_held_by_one_at_a_time_and_other_keys_are_free()
    {
        var locks = new KeyedLock();
        var key = Guid.NewGuid();
        var inside = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            using (await locks.EnterAsync(key, CancellationToken.None))
            {
                Assert.Equal(1, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
            }
        }));
        using var held = await locks.EnterAsync(key, CancellationToken.None);
        using var other = await locks.EnterAsync(Guid.NewGuid(), CancellationToken.None);
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_lock_usable()
    {
        var locks = new KeyedLock();
        var key = Guid.NewGuid();
        var held = await locks.EnterAsync(key, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var waiting = locks.EnterAsync(key, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        held.Dispose();
        held.Dispose();
        using var again = await locks.EnterAsync(key, CancellationToken.None);
    }

    [Fact]
    public async Task What_is_gone_once_its_lock_is_held_is_refused_and_its_lock_let_go()
    {
        var locks = new KeyedLock();
        var key = Guid.NewGuid();
        var isGone = false;
        var held = await locks.EnterAsync(key, () => isGone ? new InvalidOperationException() : null, CancellationToken.None);
        var waiting = locks.EnterAsync(key, () => isGone ? new InvalidOperationException() : null, CancellationToken.None).AsTask();
        isGone = true;
        held.Dispose();
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        using var again = await locks.EnterAsync(key, CancellationToken.None);
    }
}
