using System.Runtime.InteropServices;
using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>Which requests and which states are refused, and in which words.</summary>
public sealed class VmRulesTests
{
    [Theory]
    [InlineData(VMState.Stopped, true)]
    [InlineData(VMState.Failed, true)]
    [InlineData(VMState.Paused, true)]
    [InlineData(VMState.Running, false)]
    [InlineData(VMState.Starting, false)]
    [InlineData(VMState.Removing, false)]
    public void Start_needs_a_machine_that_does_not_run(VMState state, bool isLegal) => Check(() => VmStates.CheckStart("web01", state), isLegal);

    [Theory]
    [InlineData(VMState.Running, false, true)]
    [InlineData(VMState.Paused, false, false)]
    [InlineData(VMState.Paused, true, true)]
    [InlineData(VMState.Stopping, true, true)]
    [InlineData(VMState.Stopped, false, false)]
    [InlineData(VMState.Stopped, true, false)]
    public void Stop_needs_a_guest_that_can_hear_and_a_turn_off_needs_qemu(VMState state, bool turnOff, bool isLegal) =>
        Check(() => VmStates.CheckStop("web01", state, turnOff), isLegal);

    [Theory]
    [InlineData(VMState.Stopped, false, true)]
    [InlineData(VMState.Running, false, false)]
    [InlineData(VMState.Running, true, true)]
    [InlineData(VMState.Starting, true, false)]
    [InlineData(VMState.Removing, false, true)]
    public void Remove_needs_a_stopped_machine_or_force(VMState state, bool force, bool isLegal) => Check(() => VmStates.CheckRemove("web01", state, force), isLegal);

    [Fact]
    public void The_refusal_names_the_present_and_the_required_state_and_what_to_do()
    {
        var e = Assert.Throws<VirtException>(() => VmStates.CheckStart("web01", VMState.Running));
        Assert.Equal("Cannot start VM 'web01': it is Running; Stopped, Failed, Paused or Saved is required.", e.Message);
        Assert.Equal("Get-VM -Name web01", e.RecommendedAction);
        Assert.Equal("Stop-VM -Name web01 -TurnOff", Assert.Throws<VirtException>(() => VmStates.CheckStop("web01", VMState.Paused, turnOff: false)).RecommendedAction);
    }

    [Theory]
    [InlineData(1024L, "InvalidMemory")]
    [InlineData(-1L, "InvalidMemory")]
    [InlineData((16L << 30) + 1, "InvalidMemory")]
    [InlineData(32L << 20, null)]
    [InlineData(16L << 30, null)]
    public void Memory_is_32_MB_to_the_hosts(long bytes, string? error) => Request(new NewVM { Name = "web01", MemoryStartupBytes = bytes }, error);

    [Fact]
    public void A_memory_of_1KB_is_refused_in_the_users_own_units()
    {
        var e = Assert.Throws<VirtException>(() => NewVMCheck.Check(new NewVM { Name = "web01", MemoryStartupBytes = 1024 }, 16L << 30, Architecture.X64));
        Assert.Equal("Cannot create VM 'web01': its memory is 1KB; 32MB to 16GB are allowed on this host.", e.Message);
    }

    [Theory]
    [InlineData(0, "InvalidProcessorCount")]
    [InlineData(241, "InvalidProcessorCount")]
    [InlineData(240, null)]
    public void Processors_are_1_to_240(int count, string? error) => Request(new NewVM { Name = "web01", ProcessorCount = count }, error);

    [Theory]
    [InlineData(0, "InvalidGeneration")]
    [InlineData(3, "InvalidGeneration")]
    [InlineData(1, null)]
    public void The_generation_is_1_or_2(int generation, string? error) => Request(new NewVM { Name = "web01", Generation = generation }, error);

    [Fact]
    public void Arm64_has_no_generation_1() =>
        Assert.Equal(ErrorCode.NotSupported, Assert.Throws<VirtException>(() => NewVMCheck.Check(new NewVM { Name = "a", Generation = 1 }, 16L << 30, Architecture.Arm64)).Code);

    [Theory]
    [InlineData(128, "InvalidMemory")]
    [InlineData(132, null)]
    public void Arm64_has_more_memory_than_its_UEFI_ends_without(long megabytes, string? error) =>
        Assert.Equal(error, (Record.Exception(() => NewVMCheck.Check(new NewVM { Name = "a", MemoryStartupBytes = megabytes << 20 }, 16L << 30, Architecture.Arm64)) as VirtException)?.Id);

    [Fact]
    public void Arm64_has_no_interrupt_that_cannot_be_masked()
    {
        NewVMCheck.CheckWatchdogAction("change", "a", VMWatchdogAction.InjectNmi, Architecture.X64);
        NewVMCheck.CheckWatchdogAction("change", "a", VMWatchdogAction.Reset, Architecture.Arm64);
        Assert.Equal("WatchdogActionNotSupported", Assert.Throws<VirtException>(() => NewVMCheck.CheckWatchdogAction("change", "a", VMWatchdogAction.InjectNmi, Architecture.Arm64)).Id);
        Assert.Equal("InvalidWatchdogAction", Assert.Throws<VirtException>(() => NewVMCheck.CheckWatchdogAction("change", "a", (VMWatchdogAction)99, Architecture.Arm64)).Id);
    }

    [Fact]
    public void Ways_to_get_a_disk_exclude_each_other()
    {
        Request(new NewVM { Name = "a", NoVHD = true, VHDPath = "/x" }, "AmbiguousDisk");
        Request(new NewVM { Name = "a", VHDPath = "/x", NewVHDSizeBytes = 1 << 30 }, "AmbiguousDisk");
        Request(new NewVM { Name = "a", NewVHDPath = "/x", NewVHDSizeBytes = 1 << 30 }, null);
    }

    [Theory]
    [InlineData("disk.qcow2")]
    [InlineData("../disk.qcow2")]
    [InlineData("/a\0b")]
    public void A_disk_path_is_a_full_one(string path)
    {
        Request(new NewVM { Name = "a", VHDPath = path }, "InvalidPath");
        Request(new NewVM { Name = "a", NewVHDPath = path }, "InvalidPath");
    }

    [Fact]
    public void A_machine_that_was_told_nothing_reaches_nobody()
    {
        Assert.Equal("isolated", NewVMCheck.NetworkOf(null));
        Assert.Equal("user", NewVMCheck.NetworkOf("User"));
        Assert.Null(NewVMCheck.NetworkOf("none"));
    }

    [Fact]
    public void What_only_a_network_of_the_host_can_give_is_not_to_be_had_in_another()
    {
        Assert.Equal("Lan", NewVMCheck.NetworkOf("Lan"));
        Request(new NewVM { Name = "a", SwitchName = "lan", IPAddresses = ["10.1.0.5"], Publish = ["8080:80"], AllowFrom = ["10.0.0.0/8"] }, null);
        Request(new NewVM { Name = "a", SwitchName = "host" }, "NetworkNotSupported");
        Request(new NewVM { Name = "a", SwitchName = "user", Publish = ["8080:80"] }, "InvalidPublish");
        Request(new NewVM { Name = "a", IPAddresses = ["10.1.0.5"] }, "InvalidIPAddress");
        Request(new NewVM { Name = "a", SwitchName = "lan", AllowFrom = ["10.0.0.0/8"] }, "InvalidAllowFrom");
    }

    private static void Request(NewVM request, string? error)
    {
        var e = Record.Exception(() => NewVMCheck.Check(request, 16L << 30, Architecture.X64));
        Assert.Equal(error, (e as VirtException)?.Id);
    }

    private static void Check(System.Action check, bool isLegal)
    {
        var e = Record.Exception(check);
        Assert.Equal(isLegal ? null : ErrorCode.WrongState, (e as VirtException)?.Code);
    }

    [Fact]
    public void A_machine_has_a_screen_where_that_costs_nothing()
    {
        Assert.Equal(VMVideoAdapter.VGA, NewVMCheck.VideoAdapterOf(new NewVM { Name = "a" }, Architecture.X64));
        Assert.Equal(VMVideoAdapter.None, NewVMCheck.VideoAdapterOf(new NewVM { Name = "a" }, Architecture.Arm64));
        Assert.Equal(VMVideoAdapter.None, NewVMCheck.VideoAdapterOf(new NewVM { Name = "a", VideoAdapter = VMVideoAdapter.None }, Architecture.X64));
        Assert.Equal("VideoAdapterNotSupported", Assert.Throws<VirtException>(() => NewVMCheck.VideoAdapterOf(new NewVM { Name = "a", VideoAdapter = VMVideoAdapter.VGA }, Architecture.Arm64)).Id);
        Assert.Equal("InvalidVideoAdapter", Assert.Throws<VirtException>(() => NewVMCheck.VideoAdapterOf(new NewVM { Name = "a", VideoAdapter = (VMVideoAdapter)7 }, Architecture.X64)).Id);
    }
}
