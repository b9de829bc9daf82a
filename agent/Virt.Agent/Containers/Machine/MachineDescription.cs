using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Networks;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers.Machine;

/// <summary>
/// What the first process of a container's own virtual machine is told of a command: records as Native/Init/link.h has them, each <c>{uint32 kind, uint32 length, bytes}</c>, little-endian.
/// The agent writes it, the guest reads it, and who stands between hands it on as it is.
/// </summary>
internal sealed class MachineDescription
{
    /// <summary>The longest that a guest takes (DESCRIPTION_MAX), less the clock that the monitor adds.</summary>
    public const int MaximumBytes = (192 * 1024) - 64;

    private const int Argument = 1, Variable = 2, Program = 3, Folder = 4, Identity = 5, Group = 6, HostName = 7, Tmpfs = 8, Setting = 9, Limit = 10, Link = 11, Address = 12, Gateway = 13, List = 15;
    private const uint HasTerminal = 1, NoNewPrivileges = 2, IsInit = 4;

    private readonly MemoryStream bytes = new();

    private MachineDescription()
    {
    }

    /// <summary>A further command.</summary>
    /// <param name="launch">What it would be as a process of the host.</param>
    /// <exception cref="LinuxException">E2BIG: its arguments and variables are too long.</exception>
    public static byte[] Of(LaunchSpec launch) => Common(launch, launch.Limits).Whole(launch.Arguments[0]);

    /// <summary>The container's first process, and what its machine is to be.</summary>
    /// <param name="launch">What it would be as a process of the host.</param>
    /// <param name="spec">The container.</param>
    /// <param name="link">Its link into a network; null: it has none.</param>
    /// <exception cref="LinuxException">E2BIG.</exception>
    public static byte[] OfFirst(LaunchSpec launch, ContainerSpec spec, GuestLink? link)
    {
        var all = Common(launch, launch.Limits);
        all.AddText(HostName, spec.HostName);
        all.AddTmpfs("/dev/shm", 14, [FormattableString.Invariant($"mode=1777,size={spec.ShmBytes ?? 64L << 20}")]);
        foreach (var tmpfs in spec.Tmpfs)
        {
            all.AddTmpfs(tmpfs.Target, (ulong)tmpfs.Attributes, tmpfs.Options);
        }

        foreach (var (path, value) in Settings(spec))
        {
            all.AddText(Setting, path, value);
        }

        if (link is not null)
        {
            all.AddLink(link);
        }

        return all.Whole(launch.Arguments[0]);
    }

    /// <summary>No command, but the container's processes, which are written to the output: ContainerProcesses reads them.</summary>
    public static byte[] OfList()
    {
        var all = new MachineDescription();
        all.Add(List, []);
        return all.Whole("");
    }

    /// <summary>A file that holds one, for whoever hands it on. The caller's to dispose.</summary>
    public static SafeFileHandle Open(byte[] description)
    {
        using var written = MemoryFile.Create("description", MaximumBytes * 2);
        RandomAccess.Write(written, description, 0);
        return File.OpenHandle(FormattableString.Invariant($"/proc/self/fd/{written.DangerousGetHandle()}"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    }

    // As Rootfs has it for a network of a container's own.
    private static IEnumerable<KeyValuePair<string, string>> Settings(ContainerSpec spec) =>
    [
        new("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"),
        new("/proc/sys/net/ipv4/ping_group_range", "0 2147483647"),
        .. spec.Sysctls.Select(static s => new KeyValuePair<string, string>("/proc/sys/" + s.Key.Replace('.', '/'), s.Value)),
    ];

    private static MachineDescription Common(LaunchSpec launch, IReadOnlyList<ResourceLimit> limits)
    {
        var all = new MachineDescription();
        foreach (var argument in launch.Arguments)
        {
            all.AddText(Argument, argument);
        }

        foreach (var (name, value) in launch.Environment)
        {
            all.AddText(Variable, $"{name}={value}");
        }

        foreach (var program in launch.Programs)
        {
            all.AddText(Program, program);
        }

        all.AddText(Folder, launch.WorkingDirectory ?? "/");
        var flags = (launch.HasTerminal ? HasTerminal : 0) | (launch.NoNewPrivileges ? NoNewPrivileges : 0) | (launch.Init ? IsInit : 0);
        all.AddNumbers(Identity, launch.UserId, launch.GroupId, flags, 0u, (uint)launch.Capabilities, (uint)(launch.Capabilities >> 32));
        foreach (var group in launch.Groups)
        {
            all.AddNumbers(Group, group);
        }

        foreach (var limit in limits)
        {
            all.AddNumbers(Limit, (uint)limit.Resource, 0u, (uint)limit.Soft, (uint)(limit.Soft >> 32), (uint)limit.Hard, (uint)(limit.Hard >> 32));
        }

        return all;
    }

    private void AddLink(GuestLink link)
    {
        AddNumbers(Link, (uint)link.MtuBytes);
        foreach (var (address, prefix) in link.Addresses)
        {
            AddAddress(Address, address, prefix);
        }

        foreach (var gateway in link.Gateways)
        {
            AddAddress(Gateway, gateway, 0);
        }
    }

    private void AddAddress(int kind, IPAddress address, int prefix)
    {
        Span<byte> record = stackalloc byte[24];
        record.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(record, address.AddressFamily == AddressFamily.InterNetwork ? 4 : 6);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], prefix);
        address.TryWriteBytes(record[8..], out _);
        Add(kind, record);
    }

    private void AddTmpfs(string target, ulong attributes, IReadOnlyList<string> options)
    {
        var flags = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(flags, attributes);
        Add(Tmpfs, [.. flags, .. Encoding.UTF8.GetBytes($"{target}\0{string.Join(',', options)}\0")]);
    }

    private void AddText(int kind, params ReadOnlySpan<string> texts) => Add(kind, Encoding.UTF8.GetBytes(string.Join('\0', texts!) + "\0"));

    private void AddNumbers(int kind, params ReadOnlySpan<uint> numbers)
    {
        var record = new byte[numbers.Length * 4];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(i * 4), numbers[i]);
        }

        Add(kind, record);
    }

    private void Add(int kind, ReadOnlySpan<byte> record)
    {
        Span<byte> head = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(head, kind);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], record.Length);
        bytes.Write(head);
        bytes.Write(record);
    }

    private byte[] Whole(string program) => bytes.Length <= MaximumBytes ? bytes.ToArray() : throw new LinuxException("launch", Errno.E2BIG, program);
}
