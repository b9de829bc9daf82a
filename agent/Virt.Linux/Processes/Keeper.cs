using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Namespaces;
using Virt.Linux.Sockets;

namespace Virt.Linux.Processes;

/// <summary>
/// The keeper as the agent sees it: the parent of every process that outlives the agent (docs/adr/0002-keeper.md). Finds the one that
/// listens at its socket, or starts one, also when the first was lost. May be used from any thread.
/// </summary>
public sealed class Keeper : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);
    private readonly string socketPath;
    private readonly string executable;
    private readonly SemaphoreSlim connecting = new(1, 1);
    private volatile KeeperConnection? connection;

    /// <summary>Names a keeper; nothing is started yet.</summary>
    /// <param name="socketPath">Its socket; the folder must exist and be ours alone.</param>
    /// <param name="executable">The agent's own binary.</param>
    public Keeper(string socketPath, string executable)
    {
        this.socketPath = Path.GetFullPath(socketPath);
        this.executable = executable;
    }

    /// <summary>Connects, and starts the keeper where there is none.</summary>
    /// <exception cref="LinuxException">It cannot be started, or has an agent already.</exception>
    public async Task EnsureStartedAsync() => await ConnectedAsync();

    /// <summary>Starts a process.</summary>
    /// <exception cref="LaunchException">What was asked for cannot be done; nothing runs.</exception>
    /// <exception cref="LinuxException">The keeper cannot be reached, or the description is too long (E2BIG).</exception>
    public async Task<KeptProcess> LaunchAsync(LaunchSpec spec) => await (await ConnectedAsync()).LaunchAsync(spec);

    /// <summary>How many threads can sit in ready cgroups.</summary>
    public const int ReadyThreads = 4; // READY_THREADS of Native/keeper.h

    /// <summary>
    /// Lets a launching thread sit in cgroups (v1) ahead of time: the launch that names the set is then born in them. Ends when it sits there.
    /// </summary>
    /// <param name="set">
    /// The set's number; the thread is its remainder by <see cref="ReadyThreads"/>. A number below that with the keeper's own
    /// <c>tasks</c> files sends the thread home.
    /// </param>
    /// <param name="tasks">Open <c>tasks</c> files, one of each hierarchy.</param>
    public async Task ReadyAsync(ulong set, IReadOnlyList<SafeHandle> tasks) => await (await ConnectedAsync()).ReadyAsync(set, tasks);

    /// <summary>Makes a user namespace, in which the ids from 0 on are the host's from another one on (user_namespaces(7)).</summary>
    /// <param name="first">The host's first id.</param>
    /// <param name="count">How many.</param>
    /// <returns>It lives as long as the handle, or a process in it.</returns>
    /// <exception cref="LinuxException">EPERM, ENOSPC: the host lets nobody make one, or no more (user.max_user_namespaces).</exception>
    public async Task<SafeFileHandle> MakeUserNamespaceAsync(uint first, uint count) => await (await ConnectedAsync()).MakeUserNamespaceAsync(first, count);

    /// <summary>The same, and a network namespace that it owns: what the kernel takes longest to make of all that a container has of its own.</summary>
    /// <exception cref="LinuxException">As above.</exception>
    public async Task<NamespacePair> MakeNamespacesAsync(uint first, uint count)
    {
        try
        {
            return NamespacePair.Of(await (await ConnectedAsync()).MakeNetworkNamespaceAsync(first, count));
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOSYS)
        {
            // A keeper that an older agent has started, and that lives on with its containers.
            return new NamespacePair(await MakeUserNamespaceAsync(first, count), null);
        }
    }

    /// <summary>All processes that it is the parent of and that live.</summary>
    public async Task<IReadOnlyList<KeptProcess>> ListAsync() => await (await ConnectedAsync()).ListAsync();

    /// <summary>Leaves the keeper, which lives on as long as it has children.</summary>
    public void Dispose()
    {
        connection?.Dispose();
        connecting.Dispose();
    }

    private async ValueTask<KeeperConnection> ConnectedAsync()
    {
        if (connection is { IsLost: false } current)
            return current;
        await connecting.WaitAsync();
        try
        {
            if (connection is { IsLost: false } other)
                return other;
            return connection = await ConnectAsync();
        }
        finally
        {
            connecting.Release();
        }
    }

    private async Task<KeeperConnection> ConnectAsync()
    {
        var deadline = Environment.TickCount64 + (long)StartTimeout.TotalMilliseconds;
        while (true)
        {
            try
            {
                var candidate = new KeeperConnection(DescriptorSocket.Connect(socketPath));
                var version = await candidate.HelloAsync();
                if (version == KeeperMessages.Version)
                    return candidate;
                candidate.Dispose();
                throw new NotSupportedException(FormattableString.Invariant($"The keeper at '{socketPath}' has version {version}; {KeeperMessages.Version} is required."));
            }
            catch (LinuxException e) when (Environment.TickCount64 < deadline)
            {
                if (e.Errno is Errno.ENOENT or Errno.ECONNREFUSED)
                    Start();
                else
                    await Task.Delay(20); // it is just ending, or another agent is
            }
        }
    }

    /// <exception cref="LinuxException">The keeper's errno; EADDRINUSE is none: another one was faster.</exception>
    private unsafe void Start()
    {
        // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
        var texts = new[] { executable, "keep", socketPath };
        var arguments = stackalloc byte*[4];
        var environment = stackalloc byte*[1];
        environment[0] = null;
        for (var i = 0; i < 3; i++)
            arguments[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        arguments[3] = null;
        try
        {
            int pid;
            var error = Libc.posix_spawn(&pid, arguments[0], null, null, arguments, environment);
            if (error != 0)
                throw new LinuxException("posix_spawn", error, executable);
            // Its first process ends as soon as the keeper listens.
            var info = stackalloc byte[128];
            while (Libc.waitid(1 /* P_PID */, pid, info, 4 /* WEXITED */) < 0)
            {
                if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                    throw Libc.Error("waitid", executable);
            }
            var status = *(int*)(info + 24);
            if (status is not (0 or Errno.EADDRINUSE))
                throw new LinuxException("keep", status, socketPath);
        }
        finally
        {
            for (var i = 0; i < 3; i++)
                Marshal.FreeCoTaskMem((nint)arguments[i]);
        }
    }
}
