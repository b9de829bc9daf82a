using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Containers;

/// <summary>Who is reading a container's log until it ends, so that it is not taken from under them.</summary>
internal sealed class LogFollowers
{
    private readonly Lock gate = new();
    private readonly List<TaskCompletionSource> present = [];

    /// <summary>Ends when all who read now have read all, or have gone.</summary>
    public Task Gone
    {
        get
        {
            lock (gate)
            {
                return Task.WhenAll(present.Select(static one => one.Task));
            }
        }
    }

    /// <summary>Notes one more; dispose what it gives when it has read all.</summary>
    public IDisposable Add()
    {
        var one = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            present.Add(one);
        }

        return new Follower(this, one);
    }

    private sealed class Follower(LogFollowers followers, TaskCompletionSource one) : IDisposable
    {
        public void Dispose()
        {
            lock (followers.gate)
            {
                followers.present.Remove(one);
            }

            one.TrySetResult();
        }
    }
}
