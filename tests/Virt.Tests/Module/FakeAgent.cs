using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Tests.Module;

/// <summary>An agent without a host behind it: it answers over a real Unix socket what the test tells it to, and remembers what it was asked.</summary>
internal sealed class FakeAgent : IDisposable
{
    private readonly ConcurrentDictionary<string, Action<FakeCall>> handlers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Socket, bool> connections = new();
    private readonly string folder = Directory.CreateTempSubdirectory("virt-fake-").FullName;
    private Socket listener;

    public FakeAgent()
    {
        listener = Listen();
        On(Methods.Hello, (_, _) => new HelloReply { ProtocolVersion = ProtocolVersion.Newest, AgentVersion = "0.0.0", HostName = HostName });
        On(Methods.Ping, (_, _) => new Nothing());
        On(Methods.GetVM, (request, _) =>
        {
            var (items, errors) = Select(VMs, vm => vm.Id, vm => vm.Name, request.Names, request.Ids, "VM");
            return new VMList { Items = items, Errors = errors };
        });
        On(Methods.GetContainer, (request, _) =>
        {
            var (items, errors) = Select(Containers, item => item.Id, item => item.Name, request.Names, request.Ids, "container");
            return new ContainerList { Items = items, Errors = errors };
        });
        On(Methods.NewVM, (request, _) => new VM { Id = Guid.NewGuid(), Name = request.Name, MemoryBytes = request.MemoryStartupBytes });
        On(Methods.StartVM, (request, _) => Find(request.Id, request.Name) with { State = VMState.Running });
        On(Methods.StopVM, (request, _) => Find(request.Id, request.Name) with { State = VMState.Stopped });
        On(Methods.WaitVM, (request, _) => Find(request.Id, request.Name) with { State = VMState.Running, Health = WorkloadHealth.Healthy });
        On(Methods.RemoveVM, (request, _) => Find(request.Id, request.Name));
        On(Methods.CheckpointVM, (request, _) => new VMCheckpoint { Id = Guid.NewGuid(), VMName = request.Name, Name = request.CheckpointName });
        On(Methods.GetVMCheckpoint, (_, _) => new VMCheckpointList { Items = [.. VMs.Select(vm => new VMCheckpoint { Id = vm.Id, VMId = vm.Id, VMName = vm.Name, Name = "before", IsCurrent = true })] });
        On(Methods.RestoreVMCheckpoint, (request, _) => Find(request.VMId, request.VMName));
        On(Methods.RemoveVMCheckpoint, (request, _) => new VMCheckpoint { Id = request.Id, Name = request.Name });
        On(Methods.NewContainer, (request, _) => new Container { Id = Guid.NewGuid(), Name = request.Name ?? "made-up", Image = request.Image, Command = request.Command });
        On(Methods.StartContainer, (request, _) => new Container { Id = request.Id, Name = request.Create?.Name ?? request.Name, State = ContainerState.Running });
        On(Methods.StopContainer, (request, _) => new Container { Id = request.Id, Name = request.Name, State = ContainerState.Stopped });
        On(Methods.RemoveContainer, (_, _) => new Nothing());
    }

    /// <summary>What -ComputerName takes.</summary>
    public string Endpoint => "unix://" + Path.Combine(folder, "agent.sock");

    public string HostName { get; set; } = "fakehost";

    public List<VM> VMs { get; } = [];

    public List<Container> Containers { get; } = [];

    /// <summary>What was asked, without hello and ping.</summary>
    public ConcurrentQueue<FakeCall> Calls { get; } = new();

    /// <summary>How many connections were made.</summary>
    public int ConnectionCount { get; private set; }

    /// <summary>Answers a method.</summary>
    public void On<TRequest, TResult>(Method<TRequest, TResult> method, Func<TRequest, FakeCall, TResult> answer) => handlers[method.Name] = call =>
    {
        var (request, options) = MessageCodec.ReadParams(call.Message.Body, method.Name, method.Request);
        call.Request = request!;
        call.Options = options;
        if (options.Detach)
        {
            var operation = new VirtOperation { Id = Guid.NewGuid(), Method = method.Name, Target = "web01" };
            Operations[operation.Id] = EndOf(operation, () => Encode(method.Result, answer(request, call)));
            call.Send(buffer => MessageCodec.WriteResult(buffer, call.Message.Id, VirtOperation.WireFormat, operation));
            return;
        }

        var result = answer(request, call);
        call.Send(buffer => MessageCodec.WriteResult(buffer, call.Message.Id, method.Result, result));
    };

    /// <summary>The detached operations: each has ended before its client knows its id, and only how it ended is kept.</summary>
    public ConcurrentDictionary<Guid, OperationResult> Operations { get; } = new();

    /// <summary>The requests of one method, in order.</summary>
    public IReadOnlyList<FakeCall> CallsOf(IMethod method) => Calls.Where(call => call.Message.Method == method.Name).ToArray();

    /// <summary>Adds machines of these names.</summary>
    public FakeAgent WithVMs(params string[] names)
    {
        VMs.AddRange(names.Select(name => new VM { Id = Guid.NewGuid(), Name = name, MemoryBytes = 268435456, ProcessorCount = 1 }));
        return this;
    }

    /// <summary>Adds containers of these names.</summary>
    public FakeAgent WithContainers(params string[] names)
    {
        Containers.AddRange(names.Select(name => new Container { Id = Guid.NewGuid(), Name = name, Image = "starter", State = ContainerState.Running }));
        return this;
    }

    /// <summary>Ends every connection, as a restart of the agent does.</summary>
    public void Restart()
    {
        Close();
        listener = Listen();
    }

    public void Dispose()
    {
        Close();
        Directory.Delete(folder, recursive: true);
    }

    public static VirtException NotFound(string kind, string name) => new(
        ErrorCode.NotFound, kind == "VM" ? "VMNotFound" : "ContainerNotFound", $"Cannot find {kind} '{name}': there is none; the nearest name is 'web01'.", name, "Get-VM");

    private void Close()
    {
        listener.Dispose();
        File.Delete(Path.Combine(folder, "agent.sock"));
        foreach (var connection in connections.Keys)
        {
            connection.Dispose();
            connections.TryRemove(connection, out _);
        }
    }

    private Socket Listen()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "agent.sock")));
        socket.Listen();
        _ = Task.Run(() => AcceptAsync(socket));
        return socket;
    }

    private async Task AcceptAsync(Socket socket)
    {
        try
        {
            while (true)
            {
                var connection = await socket.AcceptAsync();
                connections[connection] = true;
                ConnectionCount++;
                new Thread(() => Serve(connection)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private void Serve(Socket connection)
    {
        var running = new ConcurrentDictionary<uint, FakeCall>();
        using var message = new MemoryStream();
        var scanner = new MessageScanner();
        var chunk = new byte[64 * 1024];
        try
        {
            // One that was closed before this thread began is no stream any more.
            using var stream = new NetworkStream(connection);
            for (var read = stream.Read(chunk); read > 0; read = stream.Read(chunk))
            {
                for (var at = 0; at < read;)
                {
                    var whole = scanner.Feed(chunk.AsSpan(at, read - at), out var consumed);
                    message.Write(chunk, at, consumed);
                    at += consumed;
                    if (whole)
                    {
                        Take(MessageCodec.Read(message.ToArray()), stream, running);
                        message.SetLength(0);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client has gone, or the test restarts the agent.
        }
    }

    private void Take(Message message, NetworkStream stream, ConcurrentDictionary<uint, FakeCall> running)
    {
        if (message.Kind == MessageKind.Request)
        {
            var call = running[message.Id] = new FakeCall(message, stream);
            new Thread(() => Answer(call)) { IsBackground = true }.Start();
        }
        else if (running.TryGetValue(message.Id, out var call))
        {
            call.Take(message);
        }
    }

    private void Answer(FakeCall call)
    {
        if (call.Message.Method is not "hello" and not "ping")
        {
            Calls.Enqueue(call);
        }

        try
        {
            if (call.Message.Method == Methods.WaitVirtOperation.Name && !handlers.ContainsKey(call.Message.Method))
            {
                var (request, _) = MessageCodec.ReadParams(call.Message.Body, call.Message.Method, Methods.WaitVirtOperation.Request);
                call.Send(buffer => MessageCodec.WriteResult(buffer, call.Message.Id, OperationResult.WireFormat, Operations[request.Id]));
                return;
            }

            handlers[call.Message.Method](call);
        }
        catch (VirtException e)
        {
            Refuse(call, e.ToInfo());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody is left to answer.
        }
        catch (Exception e)
        {
            Refuse(call, new ErrorInfo { Id = "FakeAgent", Message = e.ToString() });
        }
    }

    private static void Refuse(FakeCall call, ErrorInfo error)
    {
        try
        {
            call.Send(buffer => MessageCodec.WriteError(buffer, call.Message.Id, error));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody is left to answer.
        }
    }

    private VM Find(Guid id, string name) => VMs.Find(vm => id == Guid.Empty ? vm.Name == name : vm.Id == id) ?? throw NotFound("VM", name);

    private static OperationResult EndOf(VirtOperation operation, Func<byte[]> work)
    {
        try
        {
            return new OperationResult { Operation = operation with { State = OperationState.Completed }, Result = work() };
        }
        catch (VirtException e)
        {
            return new OperationResult { Operation = operation with { State = OperationState.Failed, ErrorId = e.Id, ErrorMessage = e.Message }, Error = e.ToInfo() };
        }
    }

    private static byte[] Encode<T>(Format<T> format, T value)
    {
        var buffer = new ByteBuffer();
        var writer = new MessagePack.MessagePackWriter(buffer);
        format.Write(ref writer, value);
        writer.Flush();
        return buffer.Written.ToArray();
    }

    private static (T[] Items, ErrorInfo[] Errors) Select<T>(List<T> all, Func<T, Guid> id, Func<T, string> name, string[] names, Guid[] ids, string kind)
    {
        var items = new List<T>();
        var errors = new List<ErrorInfo>();
        foreach (var wanted in names)
        {
            var found = all.Where(item => new WildcardPattern(wanted, WildcardOptions.IgnoreCase).IsMatch(name(item))).ToArray();
            items.AddRange(found);
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(wanted))
            {
                errors.Add(NotFound(kind, wanted).ToInfo());
            }
        }

        items.AddRange(all.Where(item => ids.Contains(id(item))));
        errors.AddRange(ids.Where(wanted => !all.Exists(item => id(item) == wanted)).Select(wanted => NotFound(kind, wanted.ToString()).ToInfo()));
        return names.Length + ids.Length == 0 ? ([.. all], []) : ([.. items], [.. errors]);
    }
}
