using System;
using System.IO;
using System.Net.Sockets;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>
/// The guest's screen over VNC. The agent listens, and hands each viewer to QEMU, which listens nowhere: a viewer stays with its guest whatever becomes of the agent. Source: QAPI, add_client.
/// </summary>
internal sealed partial class VmSession
{
    private const string Viewer = "viewer";
    private const int ViewerQueue = 8;

    /// <summary>Where viewers come to; empty: nowhere.</summary>
    public string VncSocketPath { get; private set; } = "";

    /// <summary>Listens for viewers until the session ends. Where that cannot be, the machine runs on without.</summary>
    public void ListenForViewers()
    {
        var path = folder.VncSocket;
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Left by an agent that was killed.
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(ViewerQueue);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            AgentLog.Error($"Nobody can look at a screen at '{path}'", e);
            listener.Dispose();
            return;
        }

        VncSocketPath = path;
        _ = Task.Run(() => TakeViewersAsync(listener));
    }

    private async Task TakeViewersAsync(Socket listener)
    {
        using (listener)
        {
            try
            {
                while (true)
                {
                    using var viewer = await listener.AcceptAsync(leaving.Token).ConfigureAwait(false);
                    await HandOverAsync(viewer).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or QmpClosedException)
            {
                // QEMU has ended; or the agent ends, and the next one listens.
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                AgentLog.Error($"Nobody can look at a screen at '{folder.VncSocket}' any more", e);
            }

            VncSocketPath = "";
        }
    }

    private async Task HandOverAsync(Socket viewer)
    {
        try
        {
            await GiveAsync(Viewer, viewer.SafeHandle, leaving.Token).ConfigureAwait(false);
            await qmp.ExecuteAsync("add_client", static json => Text(json, ("protocol", "vnc"), ("fdname", Viewer)), leaving.Token).ConfigureAwait(false);
        }
        catch (QmpException e)
        {
            // Such as a QEMU that an older agent has started: the viewer sees that it is closed.
            AgentLog.Info($"A viewer could not be shown a screen at '{folder.VncSocket}': {e.Description}");
        }
    }
}
