using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using Virt.Agent.Containers;
using Virt.Agent.Containers.Machine;
using Virt.Agent.Networks;
using Virt.Linux;
using Virt.Linux.Mounts;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.Tests.Containers.Machine;

public sealed class MachineDescriptionTests
{
    private static readonly LaunchSpec Launch = new()
    {
        Arguments = ["sh", "-c", ""],
        Programs = ["/bin/sh"],
        Environment = new Dictionary<string, string> { ["A"] = "b=c" },
        WorkingDirectory = "/srv",
        UserId = 7,
        GroupId = 8,
        Groups = [9],
        Capabilities = 1UL << 40 | 3,
        Limits = [new ResourceLimit(7, 1, ulong.MaxValue)],
    };

    [Fact]
    public void A_command_is_told_whole()
    {
        var records = Read(MachineDescription.Of(Launch with { HasTerminal = true }));
        Assert.Equal(
            ["1 sh\0", "1 -c\0", "1 \0", "2 A=b=c\0", "3 /bin/sh\0", "4 /srv\0"],
            records.Take(6).Select(static r => $"{r.Kind} {Encoding.UTF8.GetString(r.Bytes)}"));
        Assert.Equal((5, "0700000008000000030000000000000003000000" + "00010000"), (records[6].Kind, Convert.ToHexString(records[6].Bytes)));
        Assert.Equal((6, "09000000"), (records[7].Kind, Convert.ToHexString(records[7].Bytes)));
        Assert.Equal((10, "0700000000000000" + "0100000000000000" + "FFFFFFFFFFFFFFFF"), (records[8].Kind, Convert.ToHexString(records[8].Bytes)));
        Assert.Equal(9, records.Count);
    }

    [Fact]
    public void The_first_one_says_what_its_machine_is_to_be()
    {
        var spec = new ContainerSpec { Image = "i", Rootfs = "/r", Command = ["sh"], HostName = "box", Tmpfs = [new ContainerTmpfs("/run", ["size=1m", "mode=755"], MountAttributes.NoSuid)], Sysctls = new Dictionary<string, string> { ["net.core.somaxconn"] = "5" } };
        var link = new GuestLink("02:00:00:00:00:01", 1400, [(IPAddress.Parse("10.1.2.3"), 24), (IPAddress.Parse("fd00::2"), 64)], [IPAddress.Parse("10.1.2.1")]);
        var records = Read(MachineDescription.OfFirst(Launch with { Init = true }, spec, link));
        Assert.Equal(4, BinaryPrimitives.ReadInt32LittleEndian(records.Single(static r => r.Kind == 5).Bytes.AsSpan(8)) & 4);
        Assert.Equal("box\0", Text(records, 7));
        Assert.Contains(records, static r => r.Kind == 8 && r.Bytes[0] == 2 && Encoding.UTF8.GetString(r.Bytes[8..]) == "/run\0size=1m,mode=755\0");
        Assert.Contains(records, static r => r.Kind == 9 && Encoding.UTF8.GetString(r.Bytes) == "/proc/sys/net/core/somaxconn\u00005\0");
        Assert.Equal("78050000", Convert.ToHexString(records.Single(static r => r.Kind == 11).Bytes));
        Assert.Equal(["04000000180000000A010203" + new string('0', 24), "0600000040000000FD" + new string('0', 28) + "02"], records.Where(static r => r.Kind == 12).Select(static r => Convert.ToHexString(r.Bytes)));
        Assert.Equal("04000000000000000A010201" + new string('0', 24), Convert.ToHexString(records.Single(static r => r.Kind == 13).Bytes));
    }

    [Fact]
    public void One_that_is_too_long_for_a_guest_is_refused() =>
        Assert.Equal(Errno.E2BIG, Assert.Throws<LinuxException>(() => MachineDescription.Of(Launch with { Arguments = ["x", new string('x', 200_000)] })).Errno);

    [Fact]
    public void What_stands_for_a_command_on_the_host_has_nothing_of_it()
    {
        var launch = MachineLaunch.Enter(Launch with { HasTerminal = true });
        Assert.Equal(("enter", 0, 0u, 0ul, true, true), (launch.InitRole, launch.Arguments.Count, launch.UserId, launch.Capabilities, launch.HasTerminal, launch.NoNewPrivileges));
        Assert.Empty(launch.Environment);
        Assert.Empty(launch.Limits);
    }

    [Fact]
    public void A_guests_processes_are_read_and_nonsense_is_not()
    {
        const string Text = "btime 1000\n12 (a ) b) S 1 12 12 0 -1 4194304 1 0 0 0 150 50 0 0 20 0 1 0 200 4096 3 1\nUid:\t1000\t1001\t1000\t1000\n\nnonsense\n\n\n1 (sh) R 0 1 1 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 0 4096 2 1\nUid:\t0\t0\t0\t0\nsh -c x\n";
        var found = MachineProcesses.Parse("web", Text);
        Assert.Equal(["1 0 0 R sh -c x", "12 1 1001 S [a ) b]"], found.Select(static p => $"{p.ProcessId} {p.ParentId} {p.UserId} {p.State} {p.Command}"));
        Assert.Equal((TimeSpan.FromSeconds(2), 3 * 4096L, 1002L), (found[1].CpuTime, found[1].MemoryBytes, found[1].StartTime.ToUnixTimeSeconds()));
        Assert.Empty(MachineProcesses.Parse("web", ""));
    }

    private static string Text(IEnumerable<(int Kind, byte[] Bytes)> records, int kind) => Encoding.UTF8.GetString(records.Single(r => r.Kind == kind).Bytes);

    private static List<(int Kind, byte[] Bytes)> Read(byte[] description)
    {
        var records = new List<(int, byte[])>();
        for (var at = 0; at < description.Length;)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(description.AsSpan(at + 4));
            records.Add((BinaryPrimitives.ReadInt32LittleEndian(description.AsSpan(at)), description[(at + 8)..(at + 8 + size)]));
            at += 8 + size;
        }

        return records;
    }
}
