using System;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.VmImages;

/// <summary>Other systems than a Linux guest of ours, from media such as an admin brings (build/payloads.sh), each under the firmware that it is for. What they say is read off their screens.</summary>
public sealed class PayloadTests(ScreenFonts fonts) : IClassFixture<ScreenFonts>
{
    [Theory]
    [InlineData("memtest86.iso", 1, "Memtest86+ v6.10")]
    [InlineData("memtest86.iso", 2, "Using: All Cores")] // its own letters there, of which some are those of the BIOS
    [InlineData("ipxe-bios.iso", 1, "10.0.2.15")] // the address that it gets by DHCP
    [InlineData("ipxe-uefi.iso", 2, "Open Source Network Boot Firmware")] // after which it goes back to the firmware
    [InlineData("grub-bios.iso", 1, "GNU GRUB  version 2.06")]
    [InlineData("grub-uefi.iso", 2, "Minimal BASH-like line editing")]
    [InlineData("hdt.iso", 1, "Hardware Detection Tool 0.5.2")]
    [InlineData("mach.iso", 1, "GNU Mach 1.8")]
    [InlineData("installer.iso", 1, "Select a language")]
    [InlineData("installer.iso", 2, "Select a language")]
    public async Task A_medium_is_started_and_says_on_its_screen_what_it_is(string medium, int generation, string text)
    {
        await using var host = await TestHost.StartAsync();
        Start(host, medium, generation);
        await fonts.SeesAsync(host, "web01", text);
    }

    // An emulated processor as QEMU has it by itself will not do before QEMU 9.1: where it has SMAP, the IRET of Xen's Linux, which does not run in ring 0, takes a page fault.
    [Theory]
    [InlineData(1, "Linux on xen 4")]
    [InlineData(2, "Linu· on ·en 4")] // Linux's own letters there, of which the x alone is not that of the BIOS
    public async Task Xen_starts_its_Linux(int generation, string text)
    {
        await using var host = await TestHost.StartAsync();
        Make(host, "xen.iso", generation);
        host.Invoke(Methods.SetVMProcessor, new SetVMProcessor { Name = "web01", Model = "x86-64-v2" });
        host.Start("web01");
        await fonts.SeesAsync(host, "web01", text);
    }

    [Theory]
    [InlineData("u-boot.rom", "U-Boot 2023.01")]
    [InlineData("u-boot-64.rom", "Jumping to 64-bit U-Boot")]
    public async Task U_Boot_is_the_firmware_and_says_on_the_serial_port_what_it_is(string rom, string text)
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 256L << 20, NoVHD = true, SwitchName = "none", FirmwarePath = PathOf(rom) });
        host.Start("web01");
        var seen = "";
        await Poll.UntilAsync(() => (seen = Encoding.UTF8.GetString(host.Invoke(Methods.GetVMConsole, new GetVMConsole { Name = "web01" }).Bytes)).Contains(text, StringComparison.Ordinal), () => $"'{text}' on a serial port that says: {seen}");
    }

    [Fact]
    public async Task A_Linux_of_another_CPU_reads_what_is_typed()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Architecture = VMArchitecture.Arm64, MemoryStartupBytes = 256L << 20, NoVHD = true, SwitchName = "user" });
        host.Add("web01", new AddVMDrive { Type = VMDriveType.Dvd, Path = PathOf("arm64.iso") });
        host.Start("web01");
        Assert.Equal(("arm64", "tcg"), (host.Get("web01").Architecture, host.Get("web01").Accelerator));
        await using var console = new ConsoleWatcher(host);
        await console.SeesAsync("Linux on aarch64");
        host.Invoke(Methods.TypeVMConsole, new TypeVMConsole { Terminal = console.Terminal, Bytes = "Hello (arm64)\n"u8.ToArray() });
        await console.SeesAsync("typed: Hello (arm64)");
    }

    [Fact]
    public async Task A_Linux_of_32_bits_reads_what_is_typed()
    {
        await using var host = await TestHost.StartAsync();
        Start(host, "i386.iso", 1);
        await fonts.SeesAsync(host, "web01", "Linux on i686");
        host.Invoke(Methods.SendVMKey, new SendVMKey { Name = "web01", Text = "Hello (32)\n" });
        await fonts.SeesAsync(host, "web01", "typed: Hello (32)");
    }

    [Fact]
    public async Task Where_nothing_can_be_started_UEFI_starts_its_shell()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 2, MemoryStartupBytes = 128L << 20, NoVHD = true, SwitchName = "none" });
        host.Start("web01");
        await fonts.SeesAsync(host, "web01", "UEFI Interactive Shell");
    }

    private static string PathOf(string medium) => RepositoryRoot.File("out", "test-images", "payloads", medium);

    private static void Start(TestHost host, string medium, int generation)
    {
        Make(host, medium, generation);
        host.Start("web01");
    }

    private static void Make(TestHost host, string medium, int generation)
    {
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = generation, MemoryStartupBytes = 1L << 30, NoVHD = true, SwitchName = "user" });
        host.Add("web01", new AddVMDrive { Type = VMDriveType.Dvd, Path = PathOf(medium) });
    }
}
