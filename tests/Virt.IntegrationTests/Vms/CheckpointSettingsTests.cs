using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A machine's settings come back with its checkpoint: its adapters with their places in networks, what is in its drives, and all that is said of it.</summary>
public sealed class CheckpointSettingsTests
{
    [Fact]
    public async Task The_settings_come_back_and_what_is_not_the_machine_s_stays()
    {
        await using var host = await TestHost.StartAsync();
        var (first, second) = (await IsoAsync(host, "first.iso"), await IsoAsync(host, "second.iso"));
        host.NewDisk("web01");
        host.Add("web01", new AddVMDrive { Type = VMDriveType.Dvd, Path = first });
        host.Invoke(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", BootOrder = ["dvd0"] });
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", Notes = "old", AutomaticStartAction = VMStartAction.Nothing, Health = new HealthCheckChange { TcpPort = 80 } });
        host.Checkpoint("web01", "c");

        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", Notes = "new", AutomaticStartAction = VMStartAction.Start, AutomaticStopAction = VMStopAction.Save, CheckpointType = VMCheckpointType.ProductionOnly, Health = new HealthCheckChange { TcpPort = 81 } });
        host.Invoke(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", BootOrder = ["disk0"] });
        host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "dvd0", Type = VMDriveType.Dvd, Path = second });
        host.Add("web01", new AddVMNetworkAdapter { SwitchName = "user" });
        host.Invoke(Methods.SetVMNetworkAdapter, new SetVMNetworkAdapter { VMName = "web01", Name = "nic0", Model = VMNetworkAdapterModel.E1000, MacAddress = "52:54:00:aa:bb:02" });

        // An archive of it tells of then, and not of now.
        var path = Path.Combine(host.Files, "web01");
        host.Invoke(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = "c", Path = path });
        var imported = host.Invoke(Methods.ImportVM, new ImportVM { Path = path, Name = "web02" });
        Assert.Equal(("old", VMStartAction.Nothing, VMStopAction.ShutDown, 80), (imported.Notes, imported.AutomaticStartAction, imported.AutomaticStopAction, imported.HealthCheck!.TcpPort));
        Assert.Equal("nic0", string.Join(' ', Adapters(host, "web02")));

        Directory.Delete(path, recursive: true);
        var independent = host.Add("web01", new AddVMDrive { NewSizeBytes = 4 << 20, IsIndependent = true });
        var restored = host.Restore("web01", "c");
        Assert.Equal(("old", VMStartAction.Nothing, VMStopAction.ShutDown, 80, ""), (restored.Notes, restored.AutomaticStartAction, restored.AutomaticStopAction, restored.HealthCheck!.TcpPort, restored.Status));
        Assert.Equal((VMCheckpointType.ProductionOnly, "nic0"), (restored.CheckpointType, string.Join(' ', Adapters(host, "web01"))));
        Assert.NotEqual("52:54:00:aa:bb:02", restored.MacAddress);
        Assert.Equal(first, Assert.Single(host.DvdsOf("web01")).Path);
        Assert.Equal("dvd0", host.Invoke(Methods.GetVMFirmware, new GetVMFirmware { Names = ["web01"] }).Items[0].BootOrder[0]);
        Assert.Equal(["disk0", independent.Name], host.DisksOf("web01").Select(static disk => disk.Name));
        host.Start("web01");
        host.Stop("web01", turnOff: true);

        // What is gone meanwhile is said.
        File.Delete(first);
        Assert.Equal($"Other than at its checkpoint 'c': its drive 'dvd0' is empty, for there is no '{first}' any more.", host.Restore("web01", "c").Status);
        Assert.Equal("", Assert.Single(host.DvdsOf("web01")).Path);
        host.Start("web01");
        File.Delete(second);
    }

    [Fact]
    public async Task Adapters_come_back_into_their_networks_and_others_leave_theirs()
    {
        await using var host = await TestHost.StartAsync();
        Furnish(host);
        host.NewDisk("web01");
        var was = host.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan2", IPAddresses = ["10.144.2.77"] });
        host.Checkpoint("web01", "c");
        Change(host);
        Assert.Equal(("", "web01"), (UsedBy(host, "lan2"), UsedBy(host, "lan")));

        // Its place is kept for nobody who only asks.
        host.Client.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "c" }, new CallOptions { WhatIf = true });
        Assert.Equal(("", "web01"), (UsedBy(host, "lan2"), UsedBy(host, "lan")));
        host.Restore("web01", "c");
        AssertIsBack(host, was);

        // The adapter of now may have its address by now.
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        Assert.NotEqual(was.Id, host.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan2", IPAddresses = ["10.144.2.77"] }).Id);
        host.Restore("web01", "c");
        AssertIsBack(host, was);

        // Another machine has it.
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        host.Invoke(Methods.NewVM, new NewVM { Name = "web02", Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true, SwitchName = "lan2", IPAddresses = ["10.144.2.77"] });
        var other = host.Restore("web01", "c");
        Assert.Matches(@"^Other than at its checkpoint 'c': its adapter 'nic1' has the address 10\.144\.2\.\d+, for 10\.144\.2\.77 is not free\.$", other.Status);
        Assert.Equal("web01 web02", UsedBy(host, "lan2"));

        // The network is gone: nothing changes.
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web02" });
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan2" });
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", Notes = "new" });
        var error = host.Refused(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "c" });
        Assert.Equal(
            (ErrorCode.NotFound, "NetworkNotFound", "Cannot restore VM 'web01': there is no network 'lan2' any more, in which its adapter 'nic1' was at checkpoint 'c'.", "New-VirtNetwork lan2"),
            (error.Code, error.Id, error.Message, error.RecommendedAction));
        Assert.Equal(("new", "nic0"), (host.Get("web01").Notes, string.Join(' ', Adapters(host, "web01"))));

        // One of the same name will do.
        host.Make("lan2", VirtNetworkMode.Bridge, "10.144.2.0/24");
        host.Restore("web01", "c");
        AssertIsBack(host, was);
    }

    [Fact]
    public async Task A_guest_whose_memory_comes_back_has_the_adapters_that_it_knows()
    {
        await using var host = await TestHost.StartAsync();
        Furnish(host);
        host.New("web01");
        host.Boot("web01");
        var was = host.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan2", IPAddresses = ["10.144.2.77"] });
        await Poll.UntilAsync(() => host.Run("web01", "cat /sys/class/net/eth1/address 2>/dev/null || true") == was.MacAddress, "the adapter");
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", ProcessorCount = 2 });
        host.Checkpoint("web01", "c");
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        host.Stop("web01", turnOff: true);
        Change(host, isThere: false);

        Assert.Equal(VMState.Running, host.Restore("web01", "c").State);
        AssertIsBack(host, was);
        Assert.Equal(was.MacAddress, host.Run("web01", "cat /sys/class/net/eth1/address"));
        host.Run("web01", "ip addr add 10.144.2.77/24 dev eth1; ip link set eth1 up");
        await Poll.UntilAsync(() => host.Run("web01", "ping -c 1 -W 5 10.144.2.1 > /dev/null && echo yes || true") == "yes", "the network");

        // What waited for its next start does so again.
        Assert.Equal((1, "ProcessorCount 2"), (host.Get("web01").ProcessorCount, string.Join(' ', host.Get("web01").PendingChanges)));

        // It believes that it has its address.
        host.Stop("web01", turnOff: true);
        host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        host.Invoke(Methods.NewVM, new NewVM { Name = "web02", Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true, SwitchName = "lan2", IPAddresses = ["10.144.2.77"] });
        Assert.Equal("AddressInUse", host.Refused(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "c" }).Id);
        Assert.Equal(("nic0", "web02"), (string.Join(' ', Adapters(host, "web01")), UsedBy(host, "lan2")));
    }

    [Fact]
    public async Task Whatever_ends_the_agent_meanwhile_it_has_the_settings_and_the_places_of_then()
    {
        await using var host = await TestHost.StartAsync();
        Furnish(host);
        host.NewDisk("web01");
        var was = host.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan2", IPAddresses = ["10.144.2.77"] });
        host.Checkpoint("web01", "c");
        foreach (var point in CheckpointFaults.Restore.TakeWhile(static point => point != CheckpointFaults.Launched))
        {
            Change(host);
            host.Invoke(Methods.SetVM, new SetVM { Name = "web01", Notes = point });
            await host.KillAtAsync(point, static client => client.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "c" }));
            Assert.Equal((point, "", ""), (point, host.Get("web01").Notes, host.Get("web01").Status));
            AssertIsBack(host, was);
        }
    }

    private static void Furnish(TestHost host)
    {
        host.Make("lan", VirtNetworkMode.Bridge, "10.144.1.0/24");
        host.Make("lan2", VirtNetworkMode.Bridge, "10.144.2.0/24");
    }

    // Another adapter in another network.
    private static void Change(TestHost host, bool isThere = true)
    {
        if (isThere)
        {
            host.Invoke(Methods.RemoveVMNetworkAdapter, new RemoveVMNetworkAdapter { VMName = "web01", Name = "nic1" });
        }

        host.Add("web01", new AddVMNetworkAdapter { SwitchName = "lan", IPAddresses = ["10.144.1.7"] });
    }

    private static void AssertIsBack(TestHost host, VMNetworkAdapter was)
    {
        var adapter = Assert.Single(host.Invoke(Methods.GetVMNetworkAdapter, new GetVMNetworkAdapter { VMNames = ["web01"], Names = ["nic1"] }).Items);
        Assert.Equal((was.Id, "lan2", was.MacAddress, "10.144.2.77"), (adapter.Id, adapter.Network, adapter.MacAddress, Assert.Single(adapter.IPAddresses)));
        Assert.Equal(("web01", "", "nic0 nic1"), (UsedBy(host, "lan2"), UsedBy(host, "lan"), string.Join(' ', Adapters(host, "web01"))));

        // The address of the one that is gone is free.
        host.Invoke(Methods.NewVM, new NewVM { Name = "probe", Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true, SwitchName = "lan", IPAddresses = ["10.144.1.7"] });
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "probe" });
        Assert.Equal("AddressInUse", host.Refused(Methods.NewVM, new NewVM { Name = "probe", Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true, SwitchName = "lan2", IPAddresses = ["10.144.2.77"] }).Id);
    }

    private static string[] Adapters(TestHost host, string machine) => [.. host.Invoke(Methods.GetVMNetworkAdapter, new GetVMNetworkAdapter { VMNames = [machine] }).Items.Select(static adapter => adapter.Name)];

    private static string UsedBy(TestHost host, string network) => string.Join(' ', host.OwnNetworks().Single(one => one.Name == network).UsedBy.Select(static name => name.Split(' ')[^1].Trim('\'')));

    private static async Task<string> IsoAsync(TestHost host, string name)
    {
        var path = Path.Combine(host.Folder, name);
        await File.WriteAllTextAsync(path, name.PadRight(2 << 20), TestContext.Current.CancellationToken);
        return path;
    }
}
