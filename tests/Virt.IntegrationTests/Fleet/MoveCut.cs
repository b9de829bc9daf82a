using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Linux.Processes;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>Cuts a move off at a point, and looks at what is left of it.</summary>
internal static class MoveCut
{
    /// <summary>The host whose agent passes a point.</summary>
    public static TestHost At(HostPair pair, string point) => point.StartsWith("move.source", StringComparison.Ordinal) ? pair.A : pair.B;

    /// <summary>The source has written its decision at this point, or before it.</summary>
    public static bool IsDecided(string point) => MovePoint.All.ToList().IndexOf(point) >= MovePoint.All.ToList().IndexOf(MovePoint.Released);

    /// <summary>Starts both agents anew, the one that passes the point with a fault there.</summary>
    public static async Task ArmAsync(HostPair pair, string point, Harm harm)
    {
        var at = At(pair, point);
        at.Faults = $"{point}={(harm == Harm.OwnAgent ? "kill" : "hold")}";
        await Task.WhenAll(pair.RestartAsync(pair.A), pair.RestartAsync(pair.B));
        at.Faults = "";
    }

    /// <summary>Moves web01 from a to b, harms it at the point, starts what has ended, and gives where the machine is once all is settled.</summary>
    public static async Task<(string Host, VMState State)> MoveAsync(HostPair pair, string point, Harm harm, VM machine, (string Host, VMState State)[] expected)
    {
        var logged = pair.B.Log.Length;
        var moving = MoveAsync(pair.A);
        await HarmAsync(pair, At(pair, point), point, harm, machine.Id, machine.ProcessId ?? 0, moving, logged);
        foreach (var host in new[] { pair.A, pair.B }.Where(static host => !host.IsUp))
        {
            await pair.StartAgentAsync(host);
        }

        // From its first answer on an agent says the truth.
        AssertTruth(pair);
        await moving;
        return await SettledAsync(pair, expected);
    }

    /// <summary>Never two hosts that say it is theirs; the other one says whose it is, or that it is not decided, and with whom.</summary>
    public static void AssertTruth(HostPair pair)
    {
        // A machine goes from a to b only: who asks b first never sees it on both for the time between the two questions.
        var onB = Find(pair.B);
        var onA = Find(pair.A);
        Assert.False(IsOwner(onA) && IsOwner(onB), $"a says {onA?.State}, b says {onB?.State}");
        foreach (var (vm, other) in new[] { (onA, "'b'"), (onB, "'a'") })
        {
            if (vm is { State: VMState.Receiving or VMState.Released })
            {
                Assert.Contains(other, vm.Status, StringComparison.Ordinal);
            }
        }

        static VM? Find(TestHost host) => host.Invoke(Methods.GetVM, new GetVM()).Items.SingleOrDefault(static vm => vm.Name == "web01");

        static bool IsOwner(VM? vm) => vm is { State: not (VMState.Receiving or VMState.Released) };
    }

    /// <summary>The files where a host keeps disks; none where it has not made that folder.</summary>
    public static string[] DisksOf(TestHost host) => Path.Combine(host.StateFolder, "disks") is var folder && Directory.Exists(folder) ? Directory.GetFiles(folder) : [];

    /// <summary>The lease is the owner's, of the move's epoch, and not the one from before the move where that has got far enough to renew it.</summary>
    public static void AssertLease(TestHost owner, VM machine, Lease before, bool hasMoved)
    {
        var lease = Lease.Of(machine);
        Assert.Equal(Guid.Parse(File.ReadAllText(Path.Combine(owner.StateFolder, "host-id")).Trim()), lease.HostId);
        Assert.Equal((machine.Id, before.Epoch + (hasMoved ? 1 : 0)), (lease.VMId, lease.Epoch));
        Assert.All(owner.DisksOf(machine.Name).Skip(1), disk => Assert.Equal((lease.HostId, lease.VMId, lease.Epoch), (Lease.Of(disk.Path).HostId, Lease.Of(disk.Path).VMId, Lease.Of(disk.Path).Epoch)));
        Assert.True(!hasMoved || lease.Nonce != before.Nonce);
    }

    public static async Task HarmAsync(HostPair pair, TestHost at, string point, Harm harm, Guid machine, int sourcePid, Task<VirtException?> moving, int logged)
    {
        if (harm == Harm.OwnAgent)
        {
            await at.EndedByFaultAsync().WaitAsync(Poll.Limit);
            return;
        }

        await Task.WhenAny(at.HeldAtAsync(point), moving);
        if (moving.IsCompleted)
        {
            Assert.Fail($"the move ended before it came to {point}: {(await moving)?.Message}; a's log: {pair.A.Log}; b's log: {pair.B.Log}");
        }

        switch (harm)
        {
            case Harm.OtherAgent:
                await pair.Other(at).KillAgentAsync();
                break;
            case Harm.SourceQemu:
                await KillAsync(sourcePid);
                break;
            case Harm.DestinationQemu:
                await KillAsync(TestHost.ProcessesOf(machine.ToString("D")).Single(pid => pid != sourcePid));
                break;
            case Harm.Cable:
                await pair.A.PlugAsync(isIn: false);
                break;
        }

        at.Release(point);
        if (harm == Harm.Cable)
        {
            await Poll.UntilAsync(() => moving.IsCompleted || pair.B.Log[logged..].Contains("is gone", StringComparison.Ordinal), "the loss of the other side is noticed");
            await pair.A.PlugAsync(isIn: true);
        }
    }

    // Null: it has moved. A client whose agent is killed hears nothing more, which is its own kind of error.
    public static Task<VirtException?> MoveAsync(TestHost from) => Task.Run(VirtException? () =>
    {
        using var client = VirtClient.Connect(from.Endpoint, "tests/1");
        try
        {
            client.Invoke(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b", IncludeStorage = true });
            return null;
        }
        catch (VirtException e)
        {
            return e;
        }
    });

    public static async Task<(string Host, VMState State)> SettledAsync(HostPair pair, (string Host, VMState State)[] expected)
    {
        (string Host, VMState State)[] now = [];
        await Poll.UntilAsync(
            () =>
            {
                AssertTruth(pair);
                return (now = pair.Where("web01")) is [var one] && expected.Contains(one) && AreEnded(pair.A);
            },
            () => $"the machine on one host; it is {string.Join(" and ", now)}; a's log: {pair.A.Log}; b's log: {pair.B.Log}");
        return now[0];

        static bool AreEnded(TestHost host) => host.Invoke(Methods.GetVirtOperation, new GetVirtOperation { RunningOnly = true }).Items.Length == 0;
    }

    /// <summary>What the disks of the machine hold.</summary>
    public static async Task<string> SumsAsync(TestHost host)
    {
        var sums = new List<string>();
        foreach (var disk in host.DisksOf("web01"))
        {
            sums.Add(await SumAsync(disk.Path));
        }

        return string.Join(' ', sums);
    }

    /// <summary>Gives the machine a second disk, which checkpoints leave alone, both something to hold, and a checkpoint, above which the first has something else.</summary>
    public static async Task FillAsync(TestHost host, string? second = null)
    {
        host.Add("web01", new AddVMDrive { NewSizeBytes = 8 << 20, Path = second, IsIndependent = true });
        foreach (var disk in host.DisksOf("web01"))
        {
            await WriteAsync("write -q -P 0x5a 1M 3M", $"write -q -P {disk.Name.Length + disk.Name[^1]} 6M 64k", disk.Path);
        }

        host.Checkpoint("web01", "one", includeMemory: false);
        await WriteAsync("write -q -P 3 1M 4k", "write -q -P 4 5M 64k", host.DisksOf("web01")[0].Path);

        Task WriteAsync(string first, string then, string path) => host.RunAsync("qemu-io", "-f", "qcow2", "-c", first, "-c", then, path);
    }

    /// <summary>The machine, which is off, has the checkpoint that it was given, and goes back to it; the other host has none.</summary>
    public static async Task CheckCheckpointAsync(TestHost owner, TestHost other)
    {
        Assert.Equal("one", owner.CheckpointNames("web01"));
        Assert.Empty(other.GetCheckpoints("*"));
        owner.Restore("web01", "one");
        Assert.DoesNotContain("failed", await owner.RunAsync("qemu-io", "-r", "-f", "qcow2", "-c", "read -P 0x5a 1M 3M", "-c", "read -P 0 5M 64k", owner.DisksOf("web01")[0].Path), StringComparison.Ordinal);
    }

    // Of what the guest sees, not of the file.
    public static async Task<string> SumAsync(string disk)
    {
        var raw = disk + ".raw";
        using (var convert = Process.Start("qemu-img", ["convert", "-U", "-O", "raw", disk, raw]))
        {
            await convert.WaitForExitAsync();
            Assert.Equal(0, convert.ExitCode);
        }

        var sum = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(raw)));
        File.Delete(raw);
        return sum;
    }

    private static async Task KillAsync(int pid)
    {
        using var process = PidFd.Open(pid);
        Assert.NotNull(process);
        process.Signal(Signals.Kill);

        // Told when the last thread has ended (pidfd_open(2)): the first one may be a zombie while others are still on their way.
        await Poll.UntilAsync(() => process.HasEnded, $"the end of process {pid}");
    }
}
