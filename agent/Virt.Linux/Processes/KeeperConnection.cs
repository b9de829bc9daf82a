using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Sockets;

namespace Virt.Linux.Processes;

/// <summary>One connection to a keeper: requests by tag, and a thread that reads replies and the ends of processes in the order they come.</summary>
internal sealed class KeeperConnection : IDisposable
{
    private readonly DescriptorSocket socket;
    private readonly Lock sending = new();
    private readonly ConcurrentDictionary<uint, Request> requests = new();
    private readonly ConcurrentDictionary<Guid, KeptProcess> living = new();
    private uint lastTag;
    private volatile bool lost;

    internal KeeperConnection(DescriptorSocket socket)
    {
        this.socket = socket;
        new Thread(Receive, 256 * 1024) { IsBackground = true, Name = "keeper" }.Start();
    }

    internal bool IsLost => lost;

    internal async Task<int> HelloAsync() => (await SendAsync(KeeperMessages.Hello, [], [], default)).Message.ProcessId;

    internal async Task<KeptProcess> LaunchAsync(LaunchSpec spec)
    {
        var blob = LaunchBlob.Encode(spec);
        var request = await SendAsync(KeeperMessages.Launch, blob.Bytes, blob.Handles, spec.Id);
        GC.KeepAlive(spec);
        var reply = request.Message;
        if (reply.Error == 0)
            return request.Process!;
        var step = (LaunchStep)reply.Step;
        throw new LaunchException(step, reply.Error, step switch
        {
            LaunchStep.RootStep => reply.Operation >= 0 && reply.Operation < spec.RootSteps.Count ? spec.RootSteps[reply.Operation].Path : null,
            LaunchStep.Log => spec.LogPath,
            LaunchStep.WorkingDirectory => spec.WorkingDirectory,
            LaunchStep.Execute => spec.Arguments[0],
            _ => null,
        });
    }

    internal async Task ReadyAsync(ulong set, IReadOnlyList<SafeHandle> tasks)
    {
        var reply = (await SendAsync(KeeperMessages.Ready, BitConverter.GetBytes(set), tasks, default)).Message;
        if (reply.Error != 0)
            throw new LinuxException("write", reply.Error, "tasks");
    }

    internal Task<SafeFileHandle> MakeUserNamespaceAsync(uint first, uint count) => MakeNamespaceAsync(KeeperMessages.UserNamespace, first, count);

    internal Task<SafeFileHandle> MakeNetworkNamespaceAsync(uint first, uint count) => MakeNamespaceAsync(KeeperMessages.NetworkNamespace, first, count);

    internal async Task<IReadOnlyList<KeptProcess>> ListAsync() => (await SendAsync(KeeperMessages.List, [], [], default)).Listed;

    public void Dispose()
    {
        socket.Shutdown();
    }

    private async Task<SafeFileHandle> MakeNamespaceAsync(int message, uint first, uint count)
    {
        var body = new byte[8];
        BitConverter.TryWriteBytes(body, first);
        BitConverter.TryWriteBytes(body.AsSpan(4), count);
        var request = await SendAsync(message, body, [], default);
        return request.Handle ?? throw new LinuxException("clone3", request.Message.Error, "namespace");
    }

    private Task<Request> SendAsync(int type, ReadOnlySpan<byte> body, IReadOnlyList<SafeHandle> handles, Guid launch)
    {
        var request = new Request(launch);
        var packet = new byte[8 + body.Length];
        body.CopyTo(packet.AsSpan(8));
        lock (sending)
        {
            if (lost)
                throw new LinuxException("sendmsg", Errno.EPIPE, "keeper");
            var tag = ++lastTag;
            BitConverter.TryWriteBytes(packet, type);
            BitConverter.TryWriteBytes(packet.AsSpan(4), tag);
            requests[tag] = request;
            try
            {
                socket.Send(packet, handles);
            }
            catch
            {
                requests.TryRemove(tag, out _);
                throw;
            }
        }
        return request.Done.Task;
    }

    private void Receive()
    {
        Span<byte> packet = stackalloc byte[256];
        int count;
        while ((count = socket.Receive(packet, out var descriptor)) > 0)
        {
            try
            {
                Handle(packet[..count], ref descriptor);
            }
            catch (LinuxException)
            {
                // A process that cannot be looked at any more; its end is told nevertheless.
            }
            finally
            {
                if (descriptor >= 0)
                    Libc.close(descriptor);
            }
        }
        lock (sending)
            lost = true;
        foreach (var request in requests.Values)
            request.Done.TrySetException(new LinuxException("recvmsg", Errno.ECONNRESET, "keeper"));
        foreach (var process in living.Values)
            _ = process.FollowWithoutKeeperAsync();
        socket.Dispose();
    }

    private void Handle(ReadOnlySpan<byte> packet, ref int descriptor)
    {
        switch (BitConverter.ToInt32(packet))
        {
            case KeeperMessages.Reply when packet.Length == KeeperMessages.ReplySize:
                var reply = MemoryMarshal.Read<KeeperMessages.ReplyMessage>(packet);
                if (!requests.TryRemove(reply.Tag, out var request))
                    return;
                request.Message = reply;
                if (descriptor >= 0 && request.Launch == default)
                {
                    request.Handle = new SafeFileHandle(descriptor, ownsHandle: true);
                    descriptor = -1;
                }
                else if (descriptor >= 0)
                {
                    request.Process = Take(request.Launch, reply.ProcessId, ref descriptor);
                }
                request.Done.SetResult(request);
                return;
            case KeeperMessages.Child when packet.Length == KeeperMessages.ChildSize:
                var child = MemoryMarshal.Read<KeeperMessages.ChildMessage>(packet);
                // One that ended while nobody listened, and whose end could not be written to its file, comes without a descriptor.
                if (requests.TryGetValue(child.Tag, out var list) && descriptor >= 0)
                    list.Listed.Add(Take(child.Id, child.ProcessId, ref descriptor));
                return;
            case KeeperMessages.Exited when packet.Length == KeeperMessages.ChildSize:
                var ended = MemoryMarshal.Read<KeeperMessages.ChildMessage>(packet);
                if (living.TryRemove(ended.Id, out var process))
                    process.SetExited(ended.ExitStatus);
                return;
            default:
                return;
        }
    }

    private KeptProcess Take(Guid id, int pid, ref int descriptor)
    {
        if (living.TryGetValue(id, out var known))
            return known;
        var process = new KeptProcess(id, pid, new PidFd(descriptor));
        descriptor = -1;
        living[id] = process;
        return process;
    }

    private sealed class Request(Guid launch)
    {
        internal Guid Launch { get; } = launch;

        internal TaskCompletionSource<Request> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal KeeperMessages.ReplyMessage Message { get; set; }

        internal KeptProcess? Process { get; set; }

        internal SafeFileHandle? Handle { get; set; }

        internal List<KeptProcess> Listed { get; } = [];
    }
}
