using System;
using System.IO;
using System.Runtime.InteropServices;
using Virt.Agent.Hosts;
using Xunit;

namespace Virt.Tests.Hosts;

public sealed class HostFactsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("virt-root-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_kvm_device_without_the_cpu_flags_is_not_trusted()
    {
        Write("dev/kvm", "");
        Write("proc/cpuinfo", "flags\t\t: fpu vme sse2\n");
        var found = Accelerator.Detect(root, Architecture.X64);
        Assert.False(found.IsHardware);
        Assert.Contains("neither vmx nor svm", found.Reason);
    }

    [Theory]
    [InlineData("vmx")]
    [InlineData("svm")]
    public void A_kvm_device_with_the_cpu_flag_is_used(string flag)
    {
        Write("dev/kvm", "");
        Write("proc/cpuinfo", $"processor: 0\nflags\t\t: fpu {flag} sse2\n");
        Assert.Equal("kvm", Accelerator.Detect(root, Architecture.X64).Name);
    }

    [Fact]
    public void On_arm64_the_device_is_enough()
    {
        Write("dev/kvm", "");
        Assert.Equal("kvm", Accelerator.Detect(root, Architecture.Arm64).Name);
    }

    [Fact]
    public void Without_a_kvm_device_guests_are_emulated()
    {
        Write("proc/cpuinfo", "flags : vmx\n");
        Assert.Equal("tcg", Accelerator.Detect(root, Architecture.X64).Name);
    }

    [Fact]
    public void Facts_are_read_from_the_files_of_the_kernel_and_the_system()
    {
        Write("etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        Write("proc/meminfo", "MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:   20000000 kB\n");
        Write("proc/uptime", "3600.50 7000.00\n");
        Write("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
        var facts = new HostFacts(root);
        Assert.Equal("Debian GNU/Linux 12 (bookworm)", facts.OperatingSystem);
        Assert.Equal(24_000_000L * 1024, facts.MemoryBytes);
        Assert.Equal(20_000_000L * 1024, facts.MemoryAvailableBytes);
        Assert.Equal(TimeSpan.FromSeconds(3600.5), facts.Uptime);
        Assert.Equal("6.1.0-18-amd64", facts.KernelVersion);
    }

    [Theory]
    [InlineData("cpuset cpu io memory pids", 2)]
    [InlineData("hugetlb", 1)]
    [InlineData(null, 1)]
    public void The_cgroup_version_is_where_the_memory_controller_stands(string? controllers, int expected)
    {
        if (controllers is not null)
        {
            Write("sys/fs/cgroup/cgroup.controllers", controllers + "\n");
        }

        Assert.Equal(expected, new HostFacts(root).CgroupVersion);
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
