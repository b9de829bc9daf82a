using System;
using System.IO;
using System.Net.Http;
using System.Threading;

namespace Virt.Agent.Registries;

/// <summary>Ends a wait for a registry that gives nothing for too long; each sign of life begins the time anew.</summary>
internal sealed class SilenceWatch : IDisposable
{
    private readonly TimeSpan limit;
    private CancellationTokenSource source;

    /// <param name="limit">How long a silence may last.</param>
    /// <param name="cancellation">The caller's own.</param>
    public SilenceWatch(TimeSpan limit, CancellationToken cancellation)
    {
        this.limit = limit;
        Cancellation = cancellation;
        source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>The caller's own.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Cancelled by the caller, and by silence.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Something has come.</summary>
    public void Alive() => source.CancelAfter(limit);

    /// <summary>Begins a new attempt.</summary>
    public void Restart()
    {
        if (source.IsCancellationRequested)
        {
            source.Dispose();
            source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        }

        Alive();
    }

    /// <summary>True where the connection has failed, so that another attempt may succeed; the caller's own cancellation is none.</summary>
    public bool IsTransient(Exception e) => !Cancellation.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException;

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
