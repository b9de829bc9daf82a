using System;
using System.IO;
using System.Threading;

namespace Virt.Agent.Links;

/// <summary>The guest's end of a link (docs/adr/0032): takes part in the sessions that the host begins, and hands on the streams that it opens.</summary>
/// <param name="accept">Takes a stream, and who it is for; must not wait.</param>
internal sealed class LinkGuest(Action<LinkStream, string> accept)
{
    // As long as nobody is connected at the other end a port reads as if it had ended (Linux, drivers/char/virtio_console.c: port_fops_read), and tells nobody when that changes.
    private static readonly TimeSpan NobodyPause = TimeSpan.FromMilliseconds(100);

    private LinkSession? session;
    private ulong own;
    private ulong host;
    private bool hasAsked;

    /// <summary>Serves the host until the port is gone. Holds its thread.</summary>
    /// <param name="port">The port; the caller's.</param>
    /// <param name="cancellation">Ends it, at the next thing that comes.</param>
    /// <exception cref="IOException">The port is gone.</exception>
    public void Serve(Stream port, CancellationToken cancellation)
    {
        var writer = new LinkWriter(port);
        var reader = new LinkReader();
        var buffer = new byte[LinkCodec.MostBytes];
        try
        {
            Ask(writer);
            while (!cancellation.IsCancellationRequested)
            {
                var count = port.Read(buffer, 0, buffer.Length);
                if (count == 0)
                {
                    Forget(writer);
                    cancellation.WaitHandle.WaitOne(NobodyPause);
                    continue;
                }

                try
                {
                    reader.Feed(buffer.AsSpan(0, count), frame => OnFrame(frame, writer));
                }
                catch (LinkException)
                {
                    Forget(writer);
                    Ask(writer);
                }
            }
        }
        finally
        {
            Forget(writer);
        }
    }

    private void OnFrame(LinkFrame frame, LinkWriter writer)
    {
        if (frame is { Kind: LinkFrameKind.Hello, Session: 0 })
        {
            Welcome(frame, writer);
        }
        else if (session is not null && frame.Session == own)
        {
            session.Receive(frame);
        }
        else if (!hasAsked)
        {
            // It speaks to somebody who was here before.
            Ask(writer);
        }
    }

    // The same hello may come several times before it is answered.
    private void Welcome(LinkFrame frame, LinkWriter writer)
    {
        if (LinkHello.Read(frame.Payload) is not { } hello)
        {
            return;
        }

        if (session is null || hello.Number != host)
        {
            Forget(writer);
            (host, own) = (hello.Number, LinkHello.NewNumber());
            session = new LinkSession(writer, host, accept);
            writer.Begin(host);
        }

        hasAsked = false;
        writer.Post(LinkFrameKind.Welcome, 0, 0, LinkHello.Write(own, host));
    }

    private void Ask(LinkWriter writer)
    {
        hasAsked = true;
        writer.Post(LinkFrameKind.Ready, 0, 0, default);
    }

    private void Forget(LinkWriter writer)
    {
        writer.Begin(0);
        session?.End();
        session = null;
    }
}
