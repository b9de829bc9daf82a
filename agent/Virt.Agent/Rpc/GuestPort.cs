using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Links;

namespace Virt.Agent.Rpc;

/// <summary>Serves the host of the guest that this agent is in, over a virtio port (docs/adr/0032). Who comes that way is root here: a host can do with its guest what it likes.</summary>
/// <param name="router">The API.</param>
/// <param name="path">The port, which is waited for; null: the usual one, where it is there.</param>
internal sealed class GuestPort(Router router, string? path) : IAsyncDisposable
{
    private const string Usual = "/dev/virtio-ports/org.virt.agent.0";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stopping = new();

    /// <summary>Begins, where there is a port.</summary>
    public void Listen()
    {
        if ((path ?? (File.Exists(Usual) ? Usual : null)) is { } port)
        {
            // A read of a port holds its thread until something comes, and so would hold up others in a pool.
            new Thread(() => Run(port)) { IsBackground = true, Name = "guest port" }.Start();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await stopping.CancelAsync().ConfigureAwait(false);

    private void Run(string port)
    {
        var link = new LinkGuest((stream, user) => _ = ServeAsync(stream, user));
        var told = "";
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                // Not a new file where there is no such port.
                using var stream = new FileStream(port, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, BufferSize = 0 });
                AgentLog.Info($"Serves the host at '{port}'");
                told = "";
                link.Serve(stream, stopping.Token);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (told != e.Message)
                {
                    told = e.Message;
                    AgentLog.Warning($"The host cannot be served at '{port}': {told}");
                }
            }
            catch (Exception e)
            {
                AgentLog.Error($"Serving the host at '{port}' has failed", e);
            }

            stopping.Token.WaitHandle.WaitOne(Pause);
        }
    }

    private async Task ServeAsync(LinkStream stream, string user)
    {
        try
        {
            await new Connection(stream, router, "host:" + user).ServeAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            AgentLog.Error("A connection of the host ended", e);
        }
    }
}
