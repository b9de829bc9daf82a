using System;
using System.IO;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>What a guest sees of its processors and its maker.</summary>
public sealed class ProcessorTests
{
    [Theory]
    [InlineData("x86-64-v2", "sse4_2", "avx2")]
    [InlineData("x86-64-v1", "sse2", "sse4_2")]
    public async Task A_baseline_gives_what_it_says_and_no_more(string model, string has, string hasNot)
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        var set = host.Invoke(Methods.SetVMProcessor, new SetVMProcessor { Name = "web01", Count = 4, Model = model, CoreCountPerSocket = 1, ThreadCountPerCore = 2 });
        Assert.Equal((4, model, 2, 1, 2), (set.Count, set.Model, set.SocketCount, set.CoreCountPerSocket, set.ThreadCountPerCore));
        host.Invoke(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", Manufacturer = "Contoso, Ltd.", Product = "Shop", SerialNumber = "VM-0001", AssetTag = "4711" });
        host.Boot("web01");
        Assert.Equal("4 2", host.Run("web01", "grep -c ^processor /proc/cpuinfo; grep 'physical id' /proc/cpuinfo | sort -u | wc -l").Replace('\n', ' '));
        Assert.Equal("4 0", host.Run("web01", $"grep -cw {has} /proc/cpuinfo; grep -cw {hasNot} /proc/cpuinfo || true").Replace('\n', ' '));
        Assert.Equal("Contoso, Ltd.|Shop|VM-0001|4711", host.Run("web01", "cd /sys/class/dmi/id; echo \"$(cat sys_vendor)|$(cat product_name)|$(cat product_serial)|$(cat chassis_asset_tag)\""));
        var waits = host.Invoke(Methods.SetVMProcessor, new SetVMProcessor { Name = "web01", Model = "Host", ThreadCountPerCore = 1, CoreCountPerSocket = 0, Count = 1 });
        Assert.Equal(["ProcessorCount 1", "Model Host", "CoreCountPerSocket 0", "ThreadCountPerCore 1"], waits.PendingChanges);
        Assert.Equal(4, host.Get("web01").ProcessorCount);
        host.Stop("web01", turnOff: true);
        Assert.Equal(1, host.Get("web01").ProcessorCount);
    }

    [Fact]
    public async Task Secure_boot_starts_nothing_that_is_not_signed()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 2, MemoryStartupBytes = 192L << 20, NoVHD = true });
        Assert.Equal("VMDriveNotFound", host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", BootOrder = ["disk0"] }).Id);
        Assert.Equal("InvalidFirmwareText", host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", Product = new string('x', 65) }).Id);
        var nvram = Path.Combine(host.StateFolder, "vms", host.Get("web01").Id.ToString("N"), "nvram.fd");
        var plain = await File.ReadAllBytesAsync(nvram, TestContext.Current.CancellationToken);
        Assert.True(host.Invoke(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", SecureBoot = true }).SecureBoot);
        host.Start("web01");
        Assert.Equal("VMWrongState", host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", SecureBoot = false }).Id);
        var secured = await File.ReadAllBytesAsync(nvram, TestContext.Current.CancellationToken);
        Assert.False(plain.AsSpan().SequenceEqual(secured));

        // The keys that everybody's loaders are signed with are in it from the start.
        Assert.True(secured.AsSpan().IndexOf("Microsoft Corporation UEFI CA 2011"u8) >= 0);
        Assert.Contains("property=secure,value=on", await File.ReadAllTextAsync($"/proc/{host.Get("web01").ProcessId}/cmdline", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        host.Stop("web01", turnOff: true);
        Assert.False(host.Invoke(Methods.SetVMFirmware, new SetVMFirmware { Name = "web01", SecureBoot = false }).SecureBoot);
        host.Start("web01");
        Assert.True((await File.ReadAllBytesAsync(nvram, TestContext.Current.CancellationToken)).AsSpan().IndexOf("Microsoft Corporation UEFI CA 2011"u8) < 0);

        host.New("kernel", generation: 2);
        Assert.Equal("StartsKernel", host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "kernel", SecureBoot = true }).Id);
        host.NewEmpty("bios");
        Assert.Equal("NeedsUefi", host.Refused(Methods.SetVMFirmware, new SetVMFirmware { Name = "bios", SecureBoot = true }).Id);
    }
}
