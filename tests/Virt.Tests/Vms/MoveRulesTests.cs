using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Fleet;
using Virt.Agent.Networks;
using Virt.Agent.Vms;
using Virt.Protocol;
using Virt.Tests.Module;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>What keeps a machine from moving, each with what mends it.</summary>
public sealed class MoveRulesTests : IDisposable
{
    private static readonly CheckMove Machine = new()
    {
        VMId = Guid.Parse("11111111-2222-3333-4444-555555555555"),
        VMName = "web01",
        IsLive = true,
        Architecture = "x64",
        QemuVersion = "7.2.22",
        MachineType = "pc-q35-7.2",
        Accelerator = "kvm",
        CpuFlags = ["sse", "avx"],
        MemoryBytes = 256L << 20,
        Generation = 2,
        Network = "user",
        Image = "starter",
        ImageFolder = "/images/vms/starter",
        Disks = [new MoveDisk { Name = "disk0", Path = "/disks/web01.qcow2", AllocatedBytes = 100 << 20 }],
        IncludeStorage = true,
    };

    private static readonly MoveSite Site = new()
    {
        HostName = "b",
        Architecture = "x64",
        QemuVersion = "7.2.22",
        Accelerator = "kvm",
        CpuFlags = ["sse", "avx", "avx2"],
        MemoryAvailableBytes = 1L << 30,
        HasUefi = true,
        HasSwtpm = true,
        OwnNetworks = ["isolated", "user"],
        HasImage = true,
        ImageFolder = "/var/lib/virt/images/vms",
        IsTaken = false,
        UnreachedDisk = "/disks/web01.qcow2",
        StorageFolder = "/var/lib/virt/disks",
        StorageFreeBytes = 1L << 30,
        MissingBacking = null,
    };

    private static readonly CheckMove InNetwork = Machine with { Network = "lan", Addresses = ["10.20.0.2"], Subnets = ["10.20.0.0/24"], Publish = ["8080:80"] };

    private static readonly NetworkArrival Empty = new() { Subnets = ["10.20.0.0/24"] };

    private static readonly CheckMove Saved = Machine with { IsLive = false, IsSaved = true, QemuVersion = "" };

    private static readonly CheckMove Arm = Machine with { Architecture = "arm64", MachineType = "virt-7.2", Accelerator = "tcg", CpuFlags = [] };

    private static readonly CheckMove WithCheckpoint = Machine with
    {
        Files = [new MoveFile { Path = "/disks/web01.qcow2", LengthBytes = 20 << 20 }, new MoveFile { Kind = MoveFileKind.Memory, Path = "/state/memory", LengthBytes = 16 << 20 }],
    };

    private static readonly CheckMove TwoAdapters = Machine with
    {
        Adapters =
        [
            new MoveAdapter { Name = "nic1", Network = "lan", Addresses = ["10.20.0.2"], Subnets = ["10.20.0.0/24"] }, new MoveAdapter { Name = "nic2", Network = "lan2", Addresses = ["10.21.0.2"], Subnets = ["10.21.0.0/24"] },
        ],
    };

    private readonly Shell shell = new();

    public static TheoryData<string, CheckMove, MoveSite> Cases => new()
    {
        { "VMNameTaken", Machine, Site with { IsTaken = true } },
        { "ArchitectureDiffers", Machine with { Architecture = "riscv64" }, Site with { QemuVersion = null } },
        { "ArchitectureNotInstalled", Machine, Site with { Architecture = "arm64", QemuVersion = null, HasUefi = false } },
        { "ArchitectureNotInstalled", Arm, Site with { QemuVersion = null, Accelerator = "tcg" } },
        { "MachineTypeTooNew", Arm with { MachineType = "virt-8.2" }, Site with { Accelerator = "tcg" } },
        { "AcceleratorDiffers", Machine, Site with { Architecture = "arm64", Accelerator = "tcg" } },
        { "QemuMissing", Machine, Site with { QemuVersion = null } },
        { "MachineTypeTooNew", Machine with { MachineType = "pc-q35-8.2" }, Site },
        { "AcceleratorDiffers", Machine, Site with { Accelerator = "tcg" } },
        { "CpuModelDiffers", Machine with { CpuFlags = ["sse", "avx512f"] }, Site },
        { "CpuModelDiffers", Machine with { Accelerator = "tcg" }, Site with { Accelerator = "tcg", QemuVersion = "8.2.0" } },
        { "MachineTypeTooNew", Saved with { MachineType = "pc-q35-8.2" }, Site },
        { "AcceleratorDiffers", Saved, Site with { Accelerator = "tcg" } },
        { "CpuModelDiffers", Saved with { CpuFlags = ["sse", "avx512f"] }, Site },
        { "NotEnoughMemory", Machine, Site with { MemoryAvailableBytes = 256L << 20 } },
        { "SwtpmMissing", Machine with { HasTpm = true }, Site with { HasSwtpm = false } },
        { "UefiMissing", Machine, Site with { HasUefi = false } },
        { "UefiMissing", Arm, Site with { HasUefi = false, Accelerator = "tcg" } },
        { "NetworkMissing", Machine with { Network = "bridge0" }, Site },
        { "NetworkMissing", InNetwork, Site },
        { "NetworkDiffers", InNetwork, Site with { Arrival = Empty with { Foreign = ["10.20.0.2"] } } },
        { "AddressInUse", InNetwork, Site with { Arrival = Empty with { Taken = [("10.20.0.2", "container 'api' has it")] } } },
        { "PortInUse", InNetwork, Site with { Arrival = Empty with { TakenPorts = [("8080:80", "another program has it")] } } },
        { "ImageMissing", Machine, Site with { HasImage = false } },
        { "DiskNotReachable", Machine with { IncludeStorage = false }, Site },
        { "FolderNotFound", Machine, Site with { StorageFreeBytes = null } },
        { "NotEnoughSpace", Machine, Site with { StorageFreeBytes = 1 << 20 } },
        { "BackingMissing", Machine with { IsLive = false }, Site with { MissingBacking = "/images/debian.qcow2" } },
        { "BackingMissing", WithCheckpoint, Site with { MissingBacking = "/images/debian.qcow2" } },
        { "NotEnoughSpace", WithCheckpoint, Site with { StorageFreeBytes = 130 << 20 } },
        { "NotEnoughSpace", WithCheckpoint, Site with { StorageFreeBytes = 140 << 20, StateFreeBytes = 1 << 20 } },
        { "NetworkMissing", TwoAdapters, Site with { Arrivals = new Dictionary<string, NetworkArrival> { ["nic1"] = Empty } } },
        { "NetworkMissing", TwoAdapters with { Adapters = [TwoAdapters.Adapters[1], TwoAdapters.Adapters[1] with { Name = "nic3" }] }, Site },
        { "AddressInUse", TwoAdapters, Site with { Arrivals = new Dictionary<string, NetworkArrival> { ["nic1"] = Empty, ["nic2"] = Empty with { Taken = [("10.21.0.2", "container 'api' has it")] } } } },
        { "NetworkMissing", Machine with { Adapters = [new MoveAdapter { Name = "nic1", Network = "bridge0" }] }, Site },
    };

    public void Dispose() => shell.Dispose();

    [Fact]
    public void Nothing_stands_in_the_way_of_a_machine_that_fits() => Assert.Empty(new[] { Machine, Saved }.SelectMany(static machine => MoveRules.Find(machine, Site)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_problem_is_one_sentence_about_both_sides_with_what_mends_it(string id, CheckMove machine, MoveSite site)
    {
        var problem = Assert.Single(MoveRules.Find(machine, site));
        Assert.Equal((id, true), (problem.Id, problem.IsBlocking));
        Assert.Contains("host 'b'", problem.Message, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith(".", problem.Message);
        CommandText.IsRunnable(shell, problem.FixCommand);
    }

    [Fact]
    public void A_machine_of_another_CPU_comes_where_that_can_be_emulated()
    {
        Assert.Empty(MoveRules.Find(Arm, Site with { Accelerator = "tcg" }));
        Assert.Empty(MoveRules.Find(Machine with { IsLive = false }, Site with { Architecture = "arm64", Accelerator = "tcg" }));
        Assert.Equal("sudo apt-get install qemu-system-arm qemu-efi-aarch64", Assert.Single(MoveRules.Find(Arm, Site with { QemuVersion = null, Accelerator = "tcg" })).FixCommand);
        var uefi = Assert.Single(MoveRules.Find(Arm, Site with { HasUefi = false, Accelerator = "tcg" }));
        Assert.Equal(("Host 'b' has no UEFI firmware for arm64, which a VM of generation 2 needs.", "sudo apt-get install qemu-efi-aarch64"), (uefi.Message, uefi.FixCommand));
    }

    [Fact]
    public void A_file_of_its_host_that_it_begins_with_stays()
    {
        var found = MoveRules.Find(Machine with { Parts = [MoveRules.CheckpointFirmwarePart + "before", MoveRules.FirmwarePart] }, Site);
        Assert.Equal(
            [("PartStays", "before", "Remove-VMCheckpoint -VMName web01 -Name 'before' -Confirm"), ("PartStays", "firmware", "Set-VMFirmware web01 -FirmwarePath ''")],
            found.Select(static problem => (problem.Id, problem.Target, problem.FixCommand)));
    }

    [Theory]
    [InlineData("PeerUnavailable", "10.1.0.2:7711", "ssh 10.1.0.2 sudo systemctl restart virt-agent")]
    [InlineData("PeerTimeout", "hostb", "ping -c 3 hostb; ssh hostb sudo systemctl restart virt-agent")]
    [InlineData("PeerNotTrusted", "hostb", "Add-VirtPeer b")]
    [InlineData("UnknownMethod", "hostb", "Add-VirtPeer b")]
    [InlineData("PeerLost", "hostb", "Test-VirtHost -ComputerName b")]
    [InlineData("Internal", "hostb", "Test-VirtHost -ComputerName b")]
    [InlineData("NoPeerListener", "", null)]
    public void A_host_that_does_not_answer_has_a_command_too(string id, string address, string? fix)
    {
        var problem = PeerProblems.Of(new VirtException(ErrorCode.Unavailable, id, "Cannot reach it.", null, "Look at it."), new VirtPeer { Name = "b", Address = address });
        Assert.Equal((id == "UnknownMethod" ? "PeerNotTrusted" : id, "b", true), (problem.Id, problem.Target, problem.IsBlocking));
        Assert.EndsWith(".", problem.Message);
        CommandText.IsRunnable(shell, problem.FixCommand);
        if (fix is not null)
        {
            Assert.Equal(fix, problem.FixCommand);
        }
    }

    [Fact]
    public void A_host_that_listens_for_no_peers_has_one_as_well() => CommandText.IsRunnable(shell, PeerProblems.NoListener("a", new VirtPeer { Name = "b" }).FixCommand);

    [Fact]
    public void Checkpoints_need_space_for_what_they_keep_and_adapters_their_networks()
    {
        Assert.Empty(MoveRules.Find(WithCheckpoint, Site with { StorageFreeBytes = 136 << 20 }));
        Assert.Empty(MoveRules.Find(WithCheckpoint, Site with { StorageFreeBytes = 120 << 20, StateFreeBytes = 16 << 20 }));
        Assert.Empty(MoveRules.Find(TwoAdapters, Site with { Arrivals = new Dictionary<string, NetworkArrival> { ["nic1"] = Empty, ["nic2"] = Empty } }));
        Assert.Empty(MoveRules.Find(Machine with { Adapters = [new MoveAdapter { Name = "nic1", Network = "isolated" }] }, Site));
    }

    [Fact]
    public void An_image_is_brought_from_the_folder_that_it_has_to_the_one_where_images_are() =>
        Assert.Equal("scp -r '/images/vms/starter' 'b:/var/lib/virt/images/vms/'", Assert.Single(MoveRules.Find(Machine, Site with { HasImage = false })).FixCommand);

    [Fact]
    public void A_network_that_is_missing_is_made_as_it_is_there() =>
        Assert.Equal("New-VirtNetwork -Name lan -Subnet 10.20.0.0/24 -ComputerName b", Assert.Single(MoveRules.Find(InNetwork, Site)).FixCommand);

    [Fact]
    public void A_machine_keeps_its_address_where_that_is_free() => Assert.Empty(MoveRules.Find(InNetwork, Site with { Arrival = Empty }));

    [Fact]
    public void A_shared_disk_needs_no_space_and_a_stopped_machine_no_cpu()
    {
        Assert.Empty(MoveRules.Find(Machine with { IncludeStorage = false }, Site with { UnreachedDisk = null, StorageFreeBytes = null }));
        Assert.Empty(MoveRules.Find(Machine with { IsLive = false, MachineType = "", CpuFlags = [] }, Site with { Accelerator = "tcg" }));
        Assert.Empty(MoveRules.Find(Machine with { MachineType = "pc-q35-7.2" }, Site with { QemuVersion = "9.1.0" }));
    }

    [Fact]
    public void Memory_that_an_emulated_guest_would_lose_stays_until_it_is_off()
    {
        var problem = Assert.Single(MoveRules.Find(Machine with { Parts = [MoveRules.MemoryPart] }, Site));
        Assert.Equal(("PartStays", "Stop-VM -Name web01"), (problem.Id, problem.FixCommand));
        Assert.Contains("emulated", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var problems = MoveRules.Find(Machine, Site with { HasUefi = false, MemoryAvailableBytes = 0, HasImage = false });
        Assert.Equal(["NotEnoughMemory", "UefiMissing", "ImageMissing"], problems.Select(static p => p.Id));
    }
}
