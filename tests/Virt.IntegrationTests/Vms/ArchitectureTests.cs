using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Machines of another CPU than their host's. Their UEFI comes up and finds nothing to start, which is enough for their life; VmImages/PayloadTests boots a guest.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public async Task A_machine_of_another_CPU_lives_as_others_do()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.Invoke(Methods.NewVM, New("web01"));
        Assert.Equal(("arm64", 2), (made.Architecture, made.Generation));
        await host.WriteAsync("web01", 1);
        var vm = host.Start("web01");
        Assert.Equal((VMState.Running, "tcg"), (vm.State, vm.Accelerator));

        // In a jail as any other QEMU: see HypervisorIsolationTests.
        Assert.EndsWith("/qemu-system-aarch64", (await host.RunAsync("readlink", $"/proc/{vm.ProcessId}/exe")).Trim(), StringComparison.Ordinal);
        Assert.Equal("2", (await host.RunAsync("sh", "-c", $"sed -n 's/^Seccomp:[[:space:]]*//p' /proc/{vm.ProcessId}/status")).Trim());
        await ComesUpAsync(host, "web01");

        host.Checkpoint("web01", "running");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal((VMState.Running, "arm64", vm.ProcessId), (host.Get("web01").State, host.Get("web01").Architecture, host.Get("web01").ProcessId));
        host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
        Assert.Equal(VMState.Running, host.Start("web01").State);
        Assert.Equal(VMState.Running, host.Restore("web01", "running").State);
        host.Copy("web01", "copy");
        Assert.Equal(("arm64", VMState.Running), (host.Get("copy").Architecture, host.Start("copy").State));
        host.Stop("copy", turnOff: true);
        host.Stop("web01", turnOff: true);

        // 64 MB of flash, of which hardly anything is on the disk; but the one that QEMU has loaded memory over, which it writes whole.
        var variables = Directory.GetFiles(host.StateFolder, "nvram.fd", SearchOption.AllDirectories);
        Assert.InRange(variables.Length, 3, 4);
        Assert.All(variables, static file => Assert.Equal(64 << 20, new FileInfo(file).Length));
        variables = Array.FindAll(variables, file => !file.EndsWith($"{made.Id:N}/nvram.fd", StringComparison.OrdinalIgnoreCase) && !file.EndsWith($"{made.Id:D}/nvram.fd", StringComparison.OrdinalIgnoreCase));
        Assert.InRange(variables.Length, 2, 3);
        Assert.InRange(int.Parse(await host.RunAsync("sh", "-c", $"du -ck {string.Join(' ', variables)} | tail -n 1 | cut -f 1"), System.Globalization.CultureInfo.InvariantCulture), 1, 12 << 10);

        // An archive keeps it, with what it is and what it has.
        var path = Path.Combine(host.Files, "web01");
        host.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = path });
        var back = host.Invoke(Methods.ImportVM, new ImportVM { Path = path, Name = "back" });
        Assert.Equal(("arm64", 2, "1"), (back.Architecture, back.Generation, await host.ReadAsync(back.DiskPath)));
        Assert.Equal("tcg", host.Start("back").Accelerator);
        host.Stop("back", turnOff: true);

        // Where it cannot be emulated, it is said what to install: before anything is made, and at a start.
        await host.RunAsync("mount", "-t", "tmpfs", "none", "/usr/share/AAVMF");
        var files = host.Files();
        foreach (var error in new[] { host.Refused(Methods.NewVM, New("web02")), host.Refused(Methods.ImportVM, new ImportVM { Path = path, Name = "web02" }) })
        {
            Assert.Equal((ErrorCode.NotSupported, "ArchitectureNotInstalled", "web02", "sudo apt-get install qemu-system-arm qemu-efi-aarch64"), (error.Code, error.Id, error.Target, error.RecommendedAction));
        }

        var missing = host.Refused(Methods.StartVM, new StartVM { Name = "web01" });
        Assert.Equal(("UefiMissing", "sudo apt-get install qemu-efi-aarch64", files), (missing.Id, missing.RecommendedAction, Checkpoints.Files(host)));
        Assert.Contains(host.Invoke(Methods.TestVirtHost, new TestVirtHost()).Items, static check => check is { Name: "Other CPUs", Result: CheckResult.Warning });
        Directory.Delete(path, recursive: true);
    }

    [Fact]
    public async Task What_its_board_or_its_host_has_not_is_refused_and_changes_nothing()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal("GenerationNotSupported", host.Refused(Methods.NewVM, New("web01") with { Generation = 1 }).Id);
        var small = host.Refused(Methods.NewVM, New("web01") with { MemoryStartupBytes = 128L << 20 });
        Assert.Equal("InvalidMemory", small.Id);
        Assert.Contains("132MB", small.Message, StringComparison.Ordinal);
        Assert.Equal("VideoAdapterNotSupported", host.Refused(Methods.NewVM, New("web01") with { VideoAdapter = VMVideoAdapter.VGA }).Id);
        Assert.Equal("AgentNotForGuest", host.Refused(Methods.NewVM, New("web01") with { WithAgent = true }).Id);
        Assert.Equal("InvalidArchitecture", host.Refused(Methods.NewVM, New("web01") with { Architecture = (VMArchitecture)9 }).Id);
        var image = host.Refused(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Architecture = VMArchitecture.Arm64 });
        Assert.Equal(("ArchitectureNotSupported", "New-VM -Name web01 -Image starter -Architecture X64"), (image.Id, image.RecommendedAction));
        Assert.Equal("", host.Machines());

        host.Invoke(Methods.NewVM, New("web01") with { ProcessorCount = 9, VideoAdapter = VMVideoAdapter.Virtio });
        Assert.Equal("ControllerNotSupported", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web01", NewSizeBytes = 1 << 20, ControllerType = VMControllerType.SATA }).Id);
        Assert.Equal("AdapterModelNotSupported", host.Refused(Methods.SetVMNetworkAdapter, new SetVMNetworkAdapter { VMName = "web01", Name = "nic0", Model = VMNetworkAdapterModel.E1000 }).Id);
        Assert.Equal("InvalidMemory", host.Refused(Methods.SetVMMemory, new SetVMMemory { Name = "web01", StartupBytes = 64L << 20 }).Id);
        Assert.Equal("ProcessorModelNotSupported", host.Refused(Methods.SetVMProcessor, new SetVMProcessor { Name = "web01", Model = "x86-64-v2" }).Id);
        Assert.Equal("MemoryMaximumNotSupported", host.Refused(Methods.SetVMMemory, new SetVMMemory { Name = "web01", MaximumBytes = 1L << 30 }).Id);
        Assert.Equal("SecureBootNotSupported", host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", SecureBoot = true }).Id);
        Assert.Equal("WatchdogActionNotSupported", host.Refused(Methods.SetVM, new SetVM { Name = "web01", WatchdogAction = VMWatchdogAction.InjectNmi }).Id);
        Assert.Equal("AgentNotForGuest", host.Refused(Methods.SetVM, new SetVM { Name = "web01", HasAgent = true }).Id);

        // All else that a machine can have, it can have too.
        host.EnableTpm("web01");
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", WatchdogAction = VMWatchdogAction.Reset, HasUsbTablet = true });
        host.Invoke(Methods.AddVMDrive, new AddVMDrive { VMName = "web01", NewSizeBytes = 1 << 20, ControllerType = VMControllerType.NVMe });
        host.Invoke(Methods.AddVMNetworkAdapter, new AddVMNetworkAdapter { VMName = "web01", SwitchName = "user", Model = VMNetworkAdapterModel.E1000e });
        Assert.Equal((VMState.Running, 9), (host.Start("web01").State, host.Get("web01").ProcessorCount));
        host.Invoke(Methods.AddVMDrive, new AddVMDrive { VMName = "web01", NewSizeBytes = 1 << 20 });
        Assert.Equal((137, 80, 78, 71), host.Invoke(Methods.GetVMScreenshot, new GetVMScreenshot { Name = "web01" }).Bytes is [var a, var b, var c, var d, ..] ? (a, b, c, d) : default);
    }

    private static NewVM New(string name) => new() { Name = name, Architecture = VMArchitecture.Arm64, MemoryStartupBytes = 160L << 20, NewVHDSizeBytes = 16L << 20 };

    // What the firmware says on the serial port.
    private static Task ComesUpAsync(TestHost host, string name) => Poll.UntilAsync(() => TextOf(host, name).Contains("BdsDxe", StringComparison.Ordinal), () => $"UEFI on the console, which says: {TextOf(host, name)}");

    private static string TextOf(TestHost host, string name) => Encoding.UTF8.GetString(host.Invoke(Methods.GetVMConsole, new GetVMConsole { Name = name }).Bytes);
}
