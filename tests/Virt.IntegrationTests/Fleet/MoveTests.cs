using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Module;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A machine goes from one host to another and back, under real QEMU.</summary>
public sealed class MoveTests
{
    private static readonly string[] TcpTables = ["tcp", "tcp6"];

    [Fact]
    public async Task A_running_machine_without_a_disk_moves_there_and_back_and_goes_on()
    {
        await using var pair = await HostPair.StartAsync();
        var made = pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = 256L << 20, SwitchName = "user", NoVHD = true });
        var before = pair.A.Boot("web01");
        pair.A.Run("web01", "echo here > /run/mark; (while :; do cat /proc/uptime > /run/up; sleep 0.05; done) >/dev/null 2>&1 &");
        var there = Told(HostPair.Move(pair.A, "web01", "b"));
        Assert.Equal((VMState.Running, "a", "b", VMMoveMode.Live, ""), (there.State, there.SourceHost, there.DestinationHost, there.Mode, there.Status));
        Assert.True(there.Downtime > TimeSpan.Zero && there.Downtime < there.TotalTime);
        Assert.True(there.MemoryBytesSent > 0);
        Assert.Equal([("b", VMState.Running)], pair.Where("web01"));
        foreach (var elsewhere in new[] { pair.A.Refused(Methods.StopVM, new StopVM { Name = "WEB01" }), pair.A.Refused(Methods.StopVM, new StopVM { Id = made.Id, Name = "web01" }) })
        {
            Assert.StartsWith($"Cannot stop VM '{elsewhere.Target}': it is not here any more, it was moved to host 'b' (20", elsewhere.Message, StringComparison.Ordinal);
            Assert.Equal(("VMNotFound", "Get-VirtPeer b"), (elsewhere.Id, elsewhere.RecommendedAction));
        }

        var after = pair.B.Wait("web01", WaitCondition.Healthy);
        Assert.Equal((made.Id, made.MacAddress, before.CreationTime, "", "tcg"), (after.Id, after.MacAddress, after.CreationTime, after.Status, after.Accelerator));
        Assert.True(after.Uptime > before.Uptime);
        Assert.Equal("here", pair.B.Run("web01", "cat /run/mark"));
        var up = pair.B.Run("web01", "cat /run/up");
        await Poll.UntilAsync(() => pair.B.Run("web01", "cat /run/up") != up, "the guest's clock goes on");

        Told(HostPair.Move(pair.B, "web01", "a"));
        Assert.Equal([("a", VMState.Running)], pair.Where("web01"));
        Assert.Equal("here", pair.A.Run("web01", "cat /run/mark"));
        Assert.Equal(VMState.Stopped, pair.A.Stop("web01").State);
    }

    [Fact]
    public async Task A_disk_that_both_reach_stays_where_it_is_and_is_run_by_one()
    {
        await using var pair = await HostPair.StartAsync();
        var disk = Path.Combine(pair.SharedFolder(), "web01.qcow2");
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user", NewVHDPath = disk });
        pair.A.Boot("web01");
        pair.A.Run("web01", Guest.Writer);
        var plan = Compare(pair.A, "web01", "b");
        Assert.Empty(plan.Problems);
        Assert.Equal((true, disk, disk), (plan.Disks[0].IsShared, plan.Disks[0].Path, plan.Disks[0].DestinationPath));
        Assert.Equal(0, Told(HostPair.Move(pair.A, "web01", "b")).DiskBytesSent);
        Assert.Equal([("b", VMState.Running)], pair.Where("web01"));
        pair.B.CheckWritten("web01");
        Assert.Equal("DiskLeased", pair.A.Refused(Methods.NewVM, new NewVM { Name = "thief", VHDPath = disk }).Id);
        Assert.Equal(VMState.Stopped, pair.B.Stop("web01").State);

        // Stopped it goes back, and starts with what is on its disk.
        var back = HostPair.Move(pair.B, "web01", "a");
        Assert.Equal((VMMoveMode.Cold, VMState.Stopped), (back.Mode, back.State));
        Assert.Equal([("a", VMState.Stopped)], pair.Where("web01"));
        pair.A.Boot("web01");
        pair.A.CheckWritten("web01");
    }

    [Fact]
    public async Task A_disk_that_is_copied_while_the_guest_writes_is_whole()
    {
        await using var pair = await HostPair.StartAsync();
        var made = pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user", NewVHDSizeBytes = 512L << 20 });
        pair.A.Boot("web01");
        pair.A.Run("web01", "dd if=/dev/urandom of=/data/f9 bs=1M count=64 2>/dev/null; cd /data; md5sum f9 > s9; sync");
        pair.A.Run("web01", Guest.Writer);
        Assert.Equal("DiskNotReachable", pair.A.Refused(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" }).Id);
        var there = Told(HostPair.Move(pair.A, "web01", "b", includeStorage: true));
        Assert.True(there.DiskBytesSent > 64 << 20);
        Assert.False(File.Exists(made.DiskPath));
        Assert.False(File.Exists(made.DiskPath + ".lease"));
        Assert.StartsWith(pair.B.StateFolder, pair.B.Get("web01").DiskPath);
        pair.B.CheckWritten("web01");
        Assert.Equal(VMState.Stopped, pair.B.Stop("web01").State);
        await pair.B.RunAsync("qemu-img", "check", "-q", pair.B.Get("web01").DiskPath);

        // Stopped it goes back as a file.
        var back = Told(HostPair.Move(pair.B, "web01", "a", includeStorage: true));
        Assert.Equal((VMMoveMode.Cold, TimeSpan.Zero), (back.Mode, back.Downtime));
        Assert.Equal(made.DiskPath, pair.A.Get("web01").DiskPath);
        await pair.A.RunAsync("qemu-img", "check", "-q", made.DiskPath);
        pair.A.Boot("web01");
        pair.A.CheckWritten("web01");
    }

    [Fact]
    public async Task A_disk_that_is_to_stand_in_a_folder_is_copied_there_though_both_reach_it()
    {
        await using var pair = await HostPair.StartAsync();
        var folder = pair.SharedFolder();
        var disk = Path.Combine(folder, "web01.qcow2");
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = Guest.Memory, NewVHDPath = disk, NewVHDSizeBytes = 64L << 20 });
        var there = Directory.CreateDirectory(Path.Combine(folder, "there")).FullName;
        Assert.Equal(0, pair.A.Invoke(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b", IncludeStorage = true, DestinationStoragePath = folder + "/" }).DiskBytesSent);
        var back = pair.B.Invoke(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "a", IncludeStorage = true, DestinationStoragePath = there });
        Assert.True(back.DiskBytesSent > 0);
        Assert.Equal(Path.Combine(there, "web01.qcow2"), pair.A.Get("web01").DiskPath);
        Assert.False(File.Exists(disk));
        Assert.False(File.Exists(disk + ".lease"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_uefi_variables_go_along(bool isRunning)
    {
        await using var pair = await HostPair.StartAsync();
        var made = pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 2, MemoryStartupBytes = 64L << 20, NoVHD = true });
        var variables = Variables(pair.A, made);
        var mark = new byte[16];
        Random.Shared.NextBytes(mark);
        await using (var file = File.OpenWrite(variables))
        {
            // Behind all that the firmware uses: it leaves that alone.
            file.Seek(-16, SeekOrigin.End);
            file.Write(mark);
        }

        if (isRunning)
        {
            pair.A.Start("web01");
        }

        var length = new FileInfo(variables).Length;
        Assert.Equal(isRunning ? VMMoveMode.Live : VMMoveMode.Cold, HostPair.Move(pair.A, "web01", "b").Mode);
        var there = await File.ReadAllBytesAsync(Variables(pair.B, made), TestContext.Current.CancellationToken);
        Assert.Equal(length, there.Length);
        Assert.Equal(mark, there[^16..]);
        Assert.False(File.Exists(variables));
        if (!isRunning)
        {
            pair.B.Start("web01");
        }

        Assert.Equal(VMState.Stopped, pair.B.Stop("web01", turnOff: true).State);
    }

    [Theory]
    [InlineData(MovePoint.Mirrored, false)]
    [InlineData(MovePoint.Mirrored, true)]
    [InlineData(MovePoint.Stopped, false)]
    [InlineData(MovePoint.Promised, false)]
    public async Task A_cancelled_move_leaves_the_guest_as_it_was(string point, bool isByCtrlC)
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Faults = point + "=hold";
        await pair.RestartAsync(pair.A);
        var made = pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user", NewVHDSizeBytes = 64L << 20 });
        pair.A.Boot("web01");
        pair.A.Run("web01", Guest.Writer);
        using var shell = isByCtrlC ? VirtShell.Start(pair.A.Endpoint.Text, "-Command", "Move-VM web01 -DestinationHost b -IncludeStorage; 'not reached'") : null;
        if (!isByCtrlC)
        {
            pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b", IncludeStorage = true });
        }

        await pair.A.HeldAtAsync(point);
        using var other = VirtClient.Connect(pair.A.Endpoint, "tests/2");
        var operation = Assert.Single(other.Invoke(Methods.GetVirtOperation, new GetVirtOperation { RunningOnly = true }).Items);
        Assert.Equal("vm.move", operation.Method);

        // The streams are the agents': QEMU has no socket of TCP on either side.
        var machines = TestHost.ProcessesOf(made.Id.ToString("D"));
        Assert.Equal(2, machines.Count);
        Assert.All(machines, static pid => Assert.Empty(TcpSocketsOf(pid)));
        Assert.NotEmpty(TcpSocketsOf(pair.A.Agent.Id));

        // Nobody changes it meanwhile, and the other host does not give it away.
        var busy = pair.A.Refused(Methods.StopVM, new StopVM { Name = "web01", TurnOff = true });
        Assert.Equal(("VMMoving", $"Stop-VirtOperation -Id {operation.Id}"), (busy.Id, busy.RecommendedAction));
        Assert.Equal(VMState.Receiving, pair.B.Get("web01").State);
        Assert.Equal(ErrorCode.WrongState, pair.B.Refused(Methods.StartVM, new StartVM { Name = "web01" }).Code);

        if (shell is not null)
        {
            await pair.A.RunAsync("kill", "-INT", $"{shell.Id}");
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Poll.Limit, TestContext.Current.CancellationToken);
            Assert.Equal(130, shell.ExitCode);
            Assert.DoesNotContain("not reached", await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            await Poll.UntilAsync(() => other.Invoke(Methods.GetVirtOperation, new GetVirtOperation()).Items.Single(o => o.Id == operation.Id).State == OperationState.Cancelled, "the cancelled operation");
        }
        else
        {
            // From another session than the one that has begun it.
            Assert.Equal(OperationState.Cancelled, other.Invoke(Methods.StopVirtOperation, new StopVirtOperation { Id = operation.Id }).State);
        }

        pair.A.Release(point);
        Assert.Equal([("a", VMState.Running)], pair.Where("web01"));
        pair.A.CheckWritten("web01");
        Assert.Equal(made.DiskPath, pair.A.Get("web01").DiskPath);
        Assert.Empty(Directory.GetFiles(Path.Combine(pair.B.StateFolder, "disks")));
        Assert.Equal(VMState.Stopped, pair.A.Stop("web01").State);
    }

    [Fact]
    public async Task Two_machines_move_at_the_same_time()
    {
        await using var pair = await HostPair.StartAsync();
        string[] names = ["web01", "web02"];
        foreach (var name in names)
        {
            pair.A.Invoke(Methods.NewVM, new NewVM { Name = name, Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 8L << 20, SwitchName = "none" });
            pair.A.Start(name);
        }

        var moves = names.Select(name => Task.Run(() =>
        {
            using var client = VirtClient.Connect(pair.A.Endpoint, "tests/1");
            return client.Invoke(Methods.MoveVM, new MoveVM { Name = name, DestinationHost = "B", IncludeStorage = true });
        })).ToArray();
        Assert.All(await Task.WhenAll(moves), static move => Assert.Equal(VMState.Running, move.State));
        Assert.Equal(names, pair.B.Invoke(Methods.GetVM, new GetVM()).Items.Select(static vm => vm.Name));
        Assert.Empty(pair.A.Invoke(Methods.GetVM, new GetVM()).Items);
    }

    [Fact]
    public async Task What_stands_in_the_way_is_told_beforehand_and_a_plan_is_applied_exactly_or_not()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 8L << 20, SwitchName = "none" });
        Assert.Equal("PeerNotFound", pair.A.Refused(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "c" }).Id);
        Assert.Equal("VMNotFound", pair.A.Refused(Methods.MoveVM, new MoveVM { Name = "web02", DestinationHost = "b" }).Id);

        // Everything at once, each with the command that mends it.
        pair.B.NewEmpty("web01");
        var plan = Compare(pair.A, "web01", "b");
        Assert.Equal(["VMNameTaken", "DiskNotReachable"], plan.Problems.Select(static p => p.Id));
        Assert.Equal("Move-VM -Name web01 -DestinationHost b -IncludeStorage", plan.Problems[1].FixCommand);
        var refused = pair.A.Refused(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" });
        Assert.Equal((ErrorCode.AlreadyExists, "VMNameTaken"), (refused.Code, refused.Id));
        Assert.Contains("does not reach the disk", refused.Message);
        pair.B.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01" });

        plan = pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "b", IncludeStorage = true });
        Assert.Empty(plan.Problems);
        Assert.Equal("PlanAltered", pair.A.Refused(Methods.MoveVM, new MoveVM { Plan = plan with { DestinationStoragePath = "/tmp" } }).Id);
        var files = Files();
        pair.A.Client.Invoke(Methods.MoveVM, new MoveVM { Plan = plan }, new CallOptions { WhatIf = true });
        Assert.Equal(files, Files());
        pair.A.Start("web01");
        Assert.Equal(ErrorCode.PlanOutOfDate, pair.A.Refused(Methods.MoveVM, new MoveVM { Plan = plan }).Code);
        pair.A.Stop("web01", turnOff: true);
        Assert.Equal(VMState.Stopped, pair.A.Invoke(Methods.MoveVM, new MoveVM { Plan = plan }).State);
        Assert.Equal([("b", VMState.Stopped)], pair.Where("web01"));
        Assert.Equal(ErrorCode.PlanOutOfDate, pair.A.Refused(Methods.MoveVM, new MoveVM { Plan = plan }).Code);

        // A peer that is gone is a problem with its cause; a stranger gets no further than hello.
        await pair.A.StopAgentAsync();
        Assert.Equal("PeerUnavailable", Assert.Single(Compare(pair.B, "web01", "a").Problems).Id);
        await pair.StartAgentAsync(pair.A);
        pair.A.Invoke(Methods.RemoveVirtPeer, new RemoveVirtPeer { Name = "b" });
        Assert.Equal("PeerNotTrusted", Assert.Single(Compare(pair.B, "web01", "a").Problems).Id);

        // All but the databases, which say nothing of it.
        string[] Files() => [.. new[] { pair.A, pair.B }
            .SelectMany(static host => new DirectoryInfo(host.StateFolder).EnumerateFiles("*", SearchOption.AllDirectories))
            .Where(static file => !file.Name.StartsWith("virt.db", StringComparison.Ordinal))
            .Select(static file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc:O}")
            .Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task A_folder_that_is_missing_or_too_full_for_the_disk_is_told_beforehand()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 8L << 20, SwitchName = "none" });
        var folder = Path.Combine(pair.B.Folder, "small");
        var problem = Assert.Single(CompareTo(folder).Problems);
        Assert.Equal(("FolderNotFound", folder, $"mkdir -p '{folder}'"), (problem.Id, problem.Target, problem.FixCommand));
        var refused = pair.A.Refused(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b", IncludeStorage = true, DestinationStoragePath = folder });
        Assert.Equal((ErrorCode.NotFound, "FolderNotFound"), (refused.Code, refused.Id));

        await pair.B.RunAsync("mkdir", folder);
        await pair.B.RunAsync("mount", "-t", "tmpfs", "-o", "size=64k", "none", folder);
        problem = Assert.Single(CompareTo(folder).Problems);
        Assert.Equal(("NotEnoughSpace", folder), (problem.Id, problem.Target));
        Assert.Equal(ErrorCode.ResourceExhausted, pair.A.Refused(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b", IncludeStorage = true, DestinationStoragePath = folder }).Code);

        // Another folder, or more room in it.
        await pair.B.RunAsync("umount", folder);
        Assert.Empty(CompareTo(folder).Problems);

        VMMovePlan CompareTo(string path) => pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "b", IncludeStorage = true, DestinationStoragePath = path });
    }

    [Fact]
    public async Task What_is_written_to_the_UEFI_variables_during_the_move_is_there_after_it()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Faults = MovePoint.Offered + "=hold";
        await pair.RestartAsync(pair.A);
        var made = pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 2, MemoryStartupBytes = 64L << 20, NoVHD = true });
        pair.A.Start("web01");
        pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" });
        await pair.A.HeldAtAsync(MovePoint.Offered);

        // The firmware comes up meanwhile and writes its boot entries: what b was offered is old by then.
        var offered = Read(pair.B);
        byte[] written = [];
        await Poll.UntilAsync(() => HasLost(offered, written = Read(pair.A)), "a variable that the firmware writes");
        pair.A.Release(MovePoint.Offered);
        await Poll.UntilAsync(() => pair.Where("web01") is [("b", VMState.Running)], "the machine on b");
        pair.B.Stop("web01", turnOff: true);

        // Bits of a flash are cleared one by one, and set again by whole blocks only, which no variable of a first start brings about.
        Assert.False(HasLost(Read(pair.B), written));
        Assert.False(File.Exists(Variables(pair.A, made)));

        byte[] Read(TestHost host) => File.ReadAllBytes(Variables(host, made));

        static bool HasLost(byte[] now, byte[] then) => now.Zip(then).Any(static pair => (pair.First & ~pair.Second) != 0);
    }

    // Those of proc_pid_net(5) that the process has open, whatever their state; its own network namespace is the one that is read.
    private static string[] TcpSocketsOf(int pid)
    {
        var sockets = Directory.GetFiles($"/proc/{pid}/fd").Select(TargetOf).Where(static name => name.StartsWith("socket:[", StringComparison.Ordinal)).ToHashSet();
        return [.. TcpTables
            .SelectMany(table => File.ReadLines($"/proc/{pid}/net/{table}").Skip(1))
            .Where(line => sockets.Contains($"socket:[{line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[9]}]"))];

        static string TargetOf(string fd)
        {
            try
            {
                return File.ResolveLinkTarget(fd, returnFinalTarget: false)?.Name ?? "";
            }
            catch (IOException)
            {
                // Closed meanwhile.
                return "";
            }
        }
    }

    private static string Variables(TestHost host, VM vm) => Path.Combine(host.StateFolder, "vms", vm.Id.ToString("N"), "nvram.fd");

    private static VMMovePlan Compare(TestHost from, string name, string to) => from.Invoke(Methods.CompareVM, new CompareVM { Name = name, DestinationHost = to });

    private static VMMove Told(VMMove move)
    {
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
            $"{move} {move.Mode}: total {move.TotalTime.TotalMilliseconds:0} ms, downtime {move.Downtime.TotalMilliseconds:0} ms, memory {move.MemoryBytesSent >> 20} MB in {move.MemoryRounds} rounds, disk {move.DiskBytesSent >> 20} MB"));
        return move;
    }
}
