using System;
using System.Runtime.InteropServices;

namespace Virt.Linux.Processes;

/// <summary>The keeper's messages: Native/keeper.h.</summary>
internal static class KeeperMessages
{
    internal const int Version = 2;
    internal const int Hello = 1, Launch = 2, Ready = 3, List = 4, UserNamespace = 5, NetworkNamespace = 6;
    internal const int Reply = 100, Child = 101, Exited = 102;
    internal const int ReplySize = 24, ChildSize = 56;
    private const int CodeExited = 1; // CLD_EXITED

    [StructLayout(LayoutKind.Sequential)]
    internal struct ReplyMessage
    {
        public int Type;
        public uint Tag;
        public int Error;
        public int Step;
        public int Operation;
        public int ProcessId;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ChildMessage
    {
        public int Type;
        public uint Tag;
        public Guid Id;
        public int ProcessId;
        public int Code;
        public int Status;
        public int Reserved;
        public long Seconds;
        public long Nanoseconds;

        public readonly ExitStatus ExitStatus
        {
            get
            {
                var time = DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / 100);
                return Code == CodeExited ? new ExitStatus(Status, null, time) : new ExitStatus(null, Status, time);
            }
        }
    }
}
