using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace Virt.Session;

/// <summary>
/// Runs bodies on threads of their own and brings what they want to write to the pipeline's thread, the only one that may. A slow pipeline
/// holds the bodies back; a pipeline that has stopped ends them.
/// </summary>
internal sealed class PipelineQueue : IDisposable
{
    private readonly BlockingCollection<Action> posts = new(boundedCapacity: 256);
    private readonly int pipelineThread = Environment.CurrentManagedThreadId;
    private volatile bool abandoned;

    /// <summary>Does something on the pipeline's thread, soon.</summary>
    /// <exception cref="OperationCanceledException">The pipeline has stopped.</exception>
    public void Post(Action action)
    {
        if (Environment.CurrentManagedThreadId == pipelineThread)
        {
            action();
            return;
        }

        posts.Add(action);
        if (abandoned)
        {
            throw new OperationCanceledException();
        }
    }

    /// <summary>Asks something on the pipeline's thread and waits for the answer.</summary>
    /// <exception cref="OperationCanceledException">The pipeline has stopped.</exception>
    public T Ask<T>(Func<T> ask)
    {
        if (Environment.CurrentManagedThreadId == pipelineThread)
        {
            return ask();
        }

        using var answered = new ManualResetEventSlim();
        var answer = default(T)!;
        Exception? error = null;
        posts.Add(() =>
        {
            try
            {
                answer = abandoned ? throw new OperationCanceledException() : ask();
            }
            catch (Exception e)
            {
                error = e;
                throw;
            }
            finally
            {
                answered.Set();
            }
        });
        answered.Wait();
        return error is null ? answer : throw new OperationCanceledException(error.Message, error);
    }

    /// <summary>Runs the bodies, each on a thread of its own, and returns when all have ended.</summary>
    /// <param name="bodies">They handle their own errors.</param>
    /// <param name="cancel">Tells the bodies to end, where the pipeline stops before them.</param>
    public void Run(IReadOnlyList<Action> bodies, Action cancel)
    {
        var running = bodies.Count;
        foreach (var body in bodies)
        {
            new Thread(() =>
            {
                try
                {
                    body();
                }
                catch (OperationCanceledException)
                {
                    // The pipeline has stopped: nobody is left to tell.
                }
                catch (Exception e)
                {
                    posts.Add(() => ExceptionDispatchInfo.Capture(e).Throw());
                }
                finally
                {
                    if (Interlocked.Decrement(ref running) == 0)
                    {
                        posts.CompleteAdding();
                    }
                }
            })
            { IsBackground = true, Name = "Virt host" }.Start();
        }

        Drain(cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => posts.Dispose();

    private void Drain(Action cancel)
    {
        Exception? first = null;
        foreach (var post in posts.GetConsumingEnumerable())
        {
            try
            {
                // After the pipeline has stopped only questions are still taken, to be refused.
                post();
            }
            catch (Exception e) when (first is null)
            {
                first = e;
                abandoned = true;
                cancel();
            }
            catch (Exception) when (abandoned)
            {
                // One reason to stop is enough.
            }
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Capture(first).Throw();
        }
    }
}
