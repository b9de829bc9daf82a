using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>
/// A live move with a disk is cut off at every point by whatever can end, break or vanish. Afterwards the machine is on exactly one host, both hosts say so, its disk
/// is whole, and nobody else can start it.
/// </summary>
public sealed class MoveFaultTests(MoveFaultTests.Pair fixture) : IClassFixture<MoveFaultTests.Pair>
{
    // Where the destination and its QEMU have come far enough to be harmed.
    private static readonly (string Point, Harm Harm)[] Others =
    [
        (MovePoint.Receiving, Harm.OtherAgent), (MovePoint.Offered, Harm.OtherAgent), (MovePoint.Stopped, Harm.OtherAgent), (MovePoint.Loaded, Harm.OtherAgent),
        (MovePoint.Prepared, Harm.OtherAgent), (MovePoint.Promised, Harm.OtherAgent), (MovePoint.Released, Harm.OtherAgent), (MovePoint.Owned, Harm.OtherAgent),
        (MovePoint.Running, Harm.OtherAgent), (MovePoint.Taken, Harm.OtherAgent), (MovePoint.Emptied, Harm.OtherAgent),
        (MovePoint.Offered, Harm.SourceQemu), (MovePoint.Mirrored, Harm.SourceQemu), (MovePoint.Stopped, Harm.SourceQemu), (MovePoint.Prepared, Harm.SourceQemu), (MovePoint.Released, Harm.SourceQemu),
        (MovePoint.Ready, Harm.DestinationQemu), (MovePoint.Mirrored, Harm.DestinationQemu), (MovePoint.Stopped, Harm.DestinationQemu), (MovePoint.Promised, Harm.DestinationQemu),
        (MovePoint.Released, Harm.DestinationQemu), (MovePoint.Leased, Harm.DestinationQemu), (MovePoint.Running, Harm.DestinationQemu),
        (MovePoint.Offered, Harm.Cable), (MovePoint.Stopped, Harm.Cable), (MovePoint.Prepared, Harm.Cable), (MovePoint.Released, Harm.Cable), (MovePoint.Running, Harm.Cable),
    ];

    // On a disk that both reach, where a second QEMU would be the end of it.
    private static readonly (string Point, Harm Harm)[] Shared =
    [
        (MovePoint.Launched, Harm.OwnAgent), (MovePoint.Stopped, Harm.OwnAgent), (MovePoint.Stopped, Harm.DestinationQemu), (MovePoint.Prepared, Harm.OwnAgent), (MovePoint.Promised, Harm.OwnAgent),
        (MovePoint.Released, Harm.OwnAgent), (MovePoint.Released, Harm.DestinationQemu), (MovePoint.Released, Harm.Cable), (MovePoint.Owned, Harm.OwnAgent), (MovePoint.Emptied, Harm.OwnAgent),
    ];

    public static TheoryData<string, Harm, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, Harm, bool>();
            foreach (var (point, harm) in MovePoint.All.Select(point => (point, Harm.OwnAgent)).Concat(Others))
            {
                cases.Add(point, harm, false);
            }

            foreach (var (point, harm) in Shared)
            {
                cases.Add(point, harm, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Whatever_is_harmed_at_whichever_point_the_machine_is_on_one_host_and_whole(string point, Harm harm, bool isShared)
    {
        var pair = await fixture.GetAsync();
        var (a, b) = (pair.A, pair.B);
        var at = point.StartsWith("move.source", StringComparison.Ordinal) ? a : b;
        at.Faults = $"{point}={(harm == Harm.OwnAgent ? "kill" : "hold")}";
        await Task.WhenAll(pair.RestartAsync(a), pair.RestartAsync(b));
        at.Faults = "";
        var machine = await MakeAsync(a, isShared ? Path.Combine(pair.SharedFolder(), "web01.qcow2") : null);
        var sum = await SumAsync(machine.DiskPath);
        var pid = a.Start("web01").ProcessId!.Value;
        var logged = b.Log.Length;

        var moving = MoveAsync(a);
        await HarmAsync(pair, at, point, harm, machine.Id, pid, moving, logged);
        foreach (var host in new[] { a, b }.Where(static host => !host.IsUp))
        {
            await pair.StartAgentAsync(host);
        }

        await moving;
        var (owner, state) = await SettledAsync(pair, Expected(point, harm));
        var (mine, others) = owner == "a" ? (a, b) : (b, a);

        // The operation says what came of it, also to whoever comes later.
        var operation = a.Invoke(Methods.GetVirtOperation, new GetVirtOperation()).Items.First(o => o.Method == "vm.move");
        Assert.Equal(owner == "b" ? OperationState.Completed : OperationState.Failed, operation.State);

        // One QEMU where it runs, none elsewhere; the lease is the owner's; the other has nothing of it and cannot get it.
        var there = mine.Get("web01");
        Assert.Equal(machine.Id, there.Id);
        await Poll.UntilAsync(() => TestHost.ProcessesOf(machine.Id.ToString("D")).SequenceEqual(there.ProcessId is { } one ? [one] : []), "one QEMU at most");
        Assert.Equal("VMNotFound", others.Refused(Methods.StartVM, new StartVM { Name = "web01" }).Id);
        Assert.Equal(isShared ? "DiskLeased" : "DiskNotFound", others.Refused(Methods.NewVM, new NewVM { Name = "thief", MemoryStartupBytes = 32L << 20, VHDPath = there.DiskPath }).Id);
        Assert.Empty(Directory.Exists(Disks(others)) ? Directory.GetFiles(Disks(others)) : []);

        if (state == VMState.Running)
        {
            mine.Stop("web01", turnOff: true);
        }

        Assert.Equal(sum, await SumAsync(there.DiskPath));
        mine.Start("web01");
        mine.Stop("web01", turnOff: true);
        mine.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true });
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(there.DiskPath)!));
        fixture.IsClean = true;
    }

    // Before the decision the source keeps it; afterwards it is the destination's. At the moment of the decision itself either is right, as long as both agree.
    private static (string Host, VMState State)[] Expected(string point, Harm harm)
    {
        var isDecided = MovePoint.All.ToList().IndexOf(point) >= MovePoint.All.ToList().IndexOf(MovePoint.Released);
        (string, VMState) kept = ("a", harm == Harm.SourceQemu ? VMState.Failed : VMState.Running);
        (string, VMState) taken = ("b", harm == Harm.DestinationQemu ? VMState.Failed : VMState.Running);
        var isOpen = harm != Harm.OwnAgent && point is MovePoint.Prepared or MovePoint.Promised;
        return isOpen ? [kept, taken] : isDecided ? [taken] : [kept];
    }

    private static async Task HarmAsync(HostPair pair, TestHost at, string point, Harm harm, Guid machine, int sourcePid, Task<VirtException?> moving, int logged)
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
    private static Task<VirtException?> MoveAsync(TestHost from) => Task.Run(VirtException? () =>
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

    private static async Task<(string Host, VMState State)> SettledAsync(HostPair pair, (string Host, VMState State)[] expected)
    {
        (string Host, VMState State)[] now = [];
        await Poll.UntilAsync(
            () => (now = pair.Where("web01")) is [var one] && expected.Contains(one) && AreEnded(pair.A),
            () => $"the machine on one host; it is {string.Join(" and ", now)}; a's log: {pair.A.Log}; b's log: {pair.B.Log}");
        return now[0];

        static bool AreEnded(TestHost host) => host.Invoke(Methods.GetVirtOperation, new GetVirtOperation { RunningOnly = true }).Items.Length == 0;
    }

    private static async Task<VM> MakeAsync(TestHost host, string? path)
    {
        var made = host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 8L << 20, NewVHDPath = path, SwitchName = "none" });
        await host.RunAsync("qemu-io", "-f", "qcow2", "-c", "write -q -P 0x5a 1M 3M", "-c", "write -q -P 0xa5 6M 64k", made.DiskPath);
        return made;
    }

    // Of what the guest sees, not of the file.
    private static async Task<string> SumAsync(string disk)
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

    private static string Disks(TestHost host) => Path.Combine(host.StateFolder, "disks");

    private static async Task KillAsync(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
        await Poll.UntilAsync(() => !File.Exists($"/proc/{pid}/exe") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal), $"the end of process {pid}");
    }

    /// <summary>One pair of hosts for all cases: each leaves it as it found it, and a case that fails gets it thrown away.</summary>
    public sealed class Pair : IAsyncLifetime
    {
        private HostPair? pair;

        public ValueTask InitializeAsync() => default;

        public async ValueTask DisposeAsync()
        {
            if (pair is not null && IsClean)
            {
                await pair.DisposeAsync();
            }
        }

        /// <summary>The last case came to its end.</summary>
        internal bool IsClean { get; set; } = true;

        internal async Task<HostPair> GetAsync()
        {
            if (!IsClean && pair is { } spoilt)
            {
                pair = null;
                try
                {
                    await spoilt.DisposeAsync();
                }
                catch (Exception)
                {
                    // The case that has spoilt it is the failure.
                }
            }

            IsClean = false;
            return pair ??= await HostPair.StartAsync();
        }
    }
}
