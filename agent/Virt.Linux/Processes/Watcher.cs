using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Linux.Processes;

/// <summary>One thread that waits for the end of processes whose parent is not there to tell.</summary>
internal static unsafe class Watcher
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    private const int EventSize = 12; // struct epoll_event is packed on x86-64
    private const uint In = 1, HangUp = 0x10, OneShot = 1u << 30;
    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, (PidFd Handle, TaskCompletionSource Source)> Waiting = [];
    private static int epoll = -1;

    private static bool HangUpIsTold => Environment.OSVersion.Version >= new Version(6, 9);

    private static int Size => Libc.Arm64 ? 16 : EventSize;

    private static int DataOffset => Libc.Arm64 ? 8 : 4;

    internal static bool IsReady(int fd)
    {
        var entry = new Libc.PollEntry { Descriptor = fd, Events = 1 };
        return Libc.poll(&entry, 1, 0) == 1;
    }

    internal static Task WaitForHangUpAsync(PidFd pidFd)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Gate)
        {
            if (epoll < 0)
            {
                epoll = (int)Libc.Check(Libc.epoll_create1(Libc.O_CLOEXEC), "epoll_create1");
                new Thread(Run, 128 * 1024) { IsBackground = true, Name = "process watcher" }.Start();
            }
            if (Waiting.TryGetValue(pidFd.Descriptor, out var already))
                return already.Source.Task;
            var entry = stackalloc byte[16];
            // Held until it is told of: a number that is closed and given to another descriptor would leave both waiting for ever.
            var isHeld = false;
            pidFd.DangerousAddRef(ref isHeld);
            // Readable comes with death, hang-up only when the parent has waited, and not before that is the exit code to be had.
            // Kernels before 6.9 give no hang-up: there, readable must do.
            *(uint*)entry = (HangUpIsTold ? HangUp : In) | OneShot;
            *(ulong*)(entry + DataOffset) = (uint)pidFd.Descriptor;
            if (Libc.epoll_ctl(epoll, 1, pidFd.Descriptor, entry) < 0)
            {
                var error = Libc.Error("epoll_ctl");
                pidFd.DangerousRelease();
                throw error;
            }
            Waiting.Add(pidFd.Descriptor, (pidFd, source));
        }
        return source.Task;
    }

    private static void Run()
    {
        var events = stackalloc byte[16 * 16];
        while (true)
        {
            var count = Libc.epoll_wait(epoll, events, 16, -1);
            for (var i = 0; i < count; i++)
            {
                var fd = (int)*(ulong*)(events + i * Size + DataOffset);
                lock (Gate)
                {
                    if (!Waiting.Remove(fd, out var waiting))
                        continue;
                    Libc.epoll_ctl(epoll, 2, fd, null);
                    waiting.Handle.DangerousRelease();
                    waiting.Source.SetResult();
                }
            }
        }
    }
}
