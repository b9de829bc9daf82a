using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using Virt.Protocol.Wire;

namespace Virt.Protocol.Client;

/// <summary>
/// A connection to one agent. Calls are synchronous: the thread that calls reads the socket until its answer is there, so that observers run
/// on that thread (in PowerShell: the pipeline's). An observer may make further calls on the same client. Not for several threads at once;
/// only cancelling may come from another.
/// </summary>
public sealed class VirtClient : IDisposable
{
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(10);

    private readonly Stream stream;
    private readonly MessageScanner scanner = new();
    private readonly Dictionary<uint, Queue<Message>> inboxes = [];
    private readonly object sending = new();
    private readonly ByteBuffer outgoing = new();
    private byte[] incoming = new byte[8192];
    private int start;
    private int scanned;
    private int end;
    private uint lastId;

    private VirtClient(Stream stream, VirtEndpoint endpoint)
    {
        this.stream = stream;
        Endpoint = endpoint;
    }

    /// <summary>Where the agent listens.</summary>
    public VirtEndpoint Endpoint { get; }

    /// <summary>What the agent said of itself.</summary>
    public HelloReply Agent { get; private set; } = new();

    /// <summary>True until the connection has broken.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Connects and says hello.</summary>
    /// <param name="endpoint">Where the agent listens.</param>
    /// <param name="clientName">Name and version for the agent's log.</param>
    /// <param name="observer">Sees the progress of what takes a while: an agent that has to be put into a virtual machine. Null: nobody does.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="VirtException">Unavailable, PermissionDenied, or NotSupported where the agent is too old or too new; for a virtual machine whatever its host answers. <see cref="VirtException.IsOfHost"/> is set.</exception>
    public static VirtClient Connect(VirtEndpoint endpoint, string clientName, ICallObserver? observer = null, CancellationToken cancellation = default)
    {
        try
        {
            return endpoint.Host is { } host
                ? Connect(host, clientName, observer, cancellation).Through(endpoint, clientName, observer, cancellation)
                : new VirtClient(Transport.Open(endpoint, TimeSpan.FromSeconds(5)), endpoint).Greet(clientName, cancellation);
        }
        catch (VirtException e)
        {
            e.IsOfHost = true;
            throw;
        }
    }

    /// <summary>Says hello over a stream that is open already.</summary>
    public static VirtClient Connect(Stream stream, VirtEndpoint endpoint, string clientName) => new VirtClient(stream, endpoint).Greet(clientName, CancellationToken.None);

    /// <summary>Calls a method and waits for its result.</summary>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    /// <param name="request">What it takes.</param>
    /// <param name="options">What can be asked of any call; null: nothing.</param>
    /// <param name="observer">Sees progress, output and items; null: they are dropped. What it throws ends the call at once, and the agent is asked to cancel.</param>
    /// <param name="stdin">Standard input for the command that the method runs; null: none.</param>
    /// <param name="cancellation">Asks the agent to cancel; the call still ends with the agent's answer.</param>
    /// <exception cref="VirtException">What the agent answered; Unavailable where the connection broke.</exception>
    public TResult Invoke<TRequest, TResult>(
        Method<TRequest, TResult> method,
        TRequest request,
        CallOptions? options = null,
        ICallObserver? observer = null,
        Stream? stdin = null,
        CancellationToken cancellation = default)
    {
        var message = Call(method.Name, buffer => id => MessageCodec.WriteRequest(buffer, id, method.Name, method.Request, request, options), observer, stdin, cancellation);
        return MessageCodec.ReadResult(message, method.Result);
    }

    /// <summary>Asks the agent to go on with a change by itself, and gives the operation that it became.</summary>
    /// <exception cref="VirtException">What the agent answered.</exception>
    public VirtOperation Detach<TRequest, TResult>(Method<TRequest, TResult> method, TRequest request, CancellationToken cancellation = default)
    {
        var options = new CallOptions { Detach = true };
        var message = Call(method.Name, buffer => id => MessageCodec.WriteRequest(buffer, id, method.Name, method.Request, request, options), null, null, cancellation);
        return MessageCodec.ReadResult(message, VirtOperation.WireFormat);
    }

    /// <summary>Closes the connection. Queries that run end; changes go on.</summary>
    public void Dispose()
    {
        IsOpen = false;
        stream.Dispose();
    }

    // The connection becomes that of the agent inside a virtual machine: this client is over.
    private VirtClient Through(VirtEndpoint endpoint, string clientName, ICallObserver? observer, CancellationToken cancellation)
    {
        try
        {
            Invoke(Methods.ConnectVMAgent, new ConnectVMAgent { Name = endpoint.Address }, observer: observer, cancellation: cancellation);
        }
        catch
        {
            Dispose();
            throw;
        }

        // Nothing comes before our hello, so nothing of the other agent's can be among what was read here.
        IsOpen = false;
        return new VirtClient(stream, endpoint).Greet(clientName, cancellation);
    }

    private VirtClient Greet(string clientName, CancellationToken cancellation)
    {
        try
        {
            Agent = Invoke(Methods.Hello, new Hello { ProtocolVersion = ProtocolVersion.Newest, ClientName = clientName }, cancellation: cancellation);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private Message Call(string method, Func<ByteBuffer, Action<uint>> write, ICallObserver? observer, Stream? stdin, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var id = ++lastId;
        var inbox = new Queue<Message>();
        inboxes[id] = inbox;
        var isAnswered = false;
        try
        {
            Send(buffer => write(buffer)(id));
            using var registration = cancellation.Register(() => Cancel(id));
            var input = stdin is null ? null : new StdinPump(this, id, stdin);
            input?.Push();
            while (true)
            {
                while (inbox.Count == 0)
                {
                    Receive(method);
                }

                var message = inbox.Dequeue();
                if (message.Kind == MessageKind.Response)
                {
                    isAnswered = true;
                    return message.Error is null ? message : throw new VirtException(message.Error);
                }

                Observe(message, observer, input);
            }
        }
        finally
        {
            inboxes.Remove(id);
            if (!isAnswered && IsOpen)
            {
                // Its observer wants no more, as the first command of a pipeline whose last one has enough: the agent must not work on for nobody.
                Cancel(id);
            }
        }
    }

    private static void Observe(Message message, ICallObserver? observer, StdinPump? input)
    {
        switch (message.Method)
        {
            case Notifications.Progress:
                observer?.OnProgress(MessageCodec.ReadValue(message, ProgressInfo.WireFormat.Read));
                break;
            case Notifications.Stdout:
                observer?.OnOutput(MessageCodec.ReadBytes(message), isError: false);
                break;
            case Notifications.Stderr:
                observer?.OnOutput(MessageCodec.ReadBytes(message), isError: true);
                break;
            case Notifications.Item:
                observer?.OnItem(message);
                break;
            case Notifications.StdinTaken:
                input?.Taken(MessageCodec.ReadValue(message, static (ref MessagePack.MessagePackReader reader) => reader.ReadInt32()));
                break;
        }
    }

    private void Cancel(uint id)
    {
        try
        {
            Send(buffer => MessageCodec.WriteNotification(buffer, Notifications.Cancel, id));

            // An agent that does not even answer a cancel must not hold the user's Ctrl+C.
            _ = System.Threading.Tasks.Task.Delay(CancelGrace).ContinueWith(
                _ =>
                {
                    if (inboxes.ContainsKey(id))
                    {
                        Dispose();
                    }
                },
                System.Threading.Tasks.TaskScheduler.Default);
        }
        catch (VirtException)
        {
            // The connection is gone; the reading thread says so.
        }
    }

    internal void Send(Action<ByteBuffer> write)
    {
        lock (sending)
        {
            outgoing.Clear();
            write(outgoing);
            if (outgoing.Length > WireLimits.MaxMessageBytes)
            {
                throw new VirtException(ErrorCode.InvalidArgument, "RequestTooLarge", $"Cannot send a request of {outgoing.Length} bytes: {WireLimits.MaxMessageBytes} at most are allowed.");
            }

            try
            {
                stream.Write(outgoing.Written.Array!, 0, outgoing.Length);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                throw Broken(e);
            }
        }
    }

    // Reads until one message is whole, and puts it into the inbox of its call.
    private void Receive(string method)
    {
        while (true)
        {
            if (scanned < end && Scan())
            {
                return;
            }

            if (start > 0)
            {
                Buffer.BlockCopy(incoming, start, incoming, 0, end - start);
                end -= start;
                scanned -= start;
                start = 0;
            }

            if (end == incoming.Length)
            {
                Array.Resize(ref incoming, incoming.Length * 2);
            }

            int read;
            try
            {
                read = stream.Read(incoming, end, incoming.Length - end);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                throw Broken(e);
            }

            if (read == 0)
            {
                throw Broken(null);
            }

            end += read;
        }
    }

    private bool Scan()
    {
        try
        {
            var whole = scanner.Feed(incoming.AsSpan(scanned, end - scanned), out var consumed);
            scanned += consumed;
            if (!whole)
            {
                return false;
            }

            // A copy: the buffer moves on while an observer may still hold the message.
            var message = MessageCodec.Read(incoming.AsSpan(start, scanned - start).ToArray());
            start = scanned;
            Route(message);
            return true;
        }
        catch (WireException e)
        {
            Dispose();
            throw new VirtException(ErrorCode.Internal, "MalformedReply", $"Cannot read what the agent at '{Endpoint}' sent: {e.Message}", target: Endpoint.Text, inner: e);
        }
    }

    private void Route(Message message)
    {
        if (message.Kind == MessageKind.Notification && message.Method == Notifications.Closing)
        {
            Dispose();
            throw new VirtException(MessageCodec.ReadValue(message, ErrorInfo.WireFormat.Read));
        }

        if (inboxes.TryGetValue(message.Id, out var inbox))
        {
            inbox.Enqueue(message);
        }
    }

    private VirtException Broken(Exception? e)
    {
        IsOpen = false;
        stream.Dispose();
        return new VirtException(
            ErrorCode.Unavailable,
            "ConnectionLost",
            $"The connection to the agent at '{Endpoint}' has ended before it answered; a change that had begun goes on there.",
            target: Endpoint.Text,
            action: "Get-VirtOperation",
            inner: e);
    }
}
