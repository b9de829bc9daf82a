using System.Linq;
using System.Runtime.InteropServices;
using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class CpuModelTests
{
    private static readonly string[] Old = ["cx8", "cmov", "fxsr", "mmx", "sse", "sse2", "cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"];

    private static readonly string[] Drives = ["disk1", "dvd0"];

    [Fact]
    public void A_baseline_is_what_it_says_and_nothing_else()
    {
        Assert.Equal("max", CpuModel.QemuTextOf(null, "tcg", Architecture.X64));
        Assert.Equal("max,pauth-impdef=on", CpuModel.QemuTextOf(null, "tcg", Architecture.Arm64));
        Assert.Equal("host", CpuModel.QemuTextOf(null, "kvm", Architecture.X64));
        Assert.Equal("host", CpuModel.QemuTextOf(null, "kvm", Architecture.Arm64));
        Assert.Equal("qemu64,-svm,enforce", CpuModel.QemuTextOf("x86-64-v1", "kvm", Architecture.X64));
        Assert.Equal("qemu64,-svm,+cx16,+lahf-lm,+popcnt,+pni,+sse4.1,+sse4.2,+ssse3,enforce", CpuModel.QemuTextOf("x86-64-v2", "kvm", Architecture.X64));
        Assert.Equal(Old, CpuModel.FlagsOf("x86-64-v2", ["x"]));
        Assert.Equal(["x"], CpuModel.FlagsOf(null, ["x"]));
    }

    [Fact]
    public void One_is_found_by_its_name_where_the_host_can_give_it()
    {
        Assert.Null(CpuModel.Find("web01", "HOST", Architecture.Arm64, "kvm", []));
        Assert.Equal("x86-64-v2", CpuModel.Find("web01", "X86-64-V2", Architecture.X64, "kvm", Old));
        Assert.Equal("x86-64-v2", CpuModel.Find("web01", "x86-64-v2", Architecture.X64, "tcg", []));
        Assert.Equal("ProcessorModelNotSupported", Refused("x86-64-v3", Architecture.X64, "tcg").Id);
        Assert.Equal("InvalidProcessorModel", Refused("486", Architecture.X64, "kvm").Id);
        Assert.Equal(("InvalidProcessorModel", "Set-VMProcessor web01 -Model Host"), (Refused("cortex-a72", Architecture.Arm64, "tcg").Id, Refused("cortex-a72", Architecture.Arm64, "tcg").RecommendedAction));
        Assert.Equal("ProcessorModelNotSupported", Refused("x86-64-v2", Architecture.Arm64, "kvm").Id);
        Assert.Equal("ProcessorModelNotSupported", Refused("x86-64-v4", Architecture.X64, "tcg").Id);
        Assert.Contains("avx2", Refused("x86-64-v3", Architecture.X64, "kvm").Message, System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 0, 0, "4", 1, 4, 1)]
    [InlineData(4, 2, 0, "4,sockets=2,cores=2,threads=1", 2, 2, 1)]
    [InlineData(8, 2, 2, "8,sockets=2,cores=2,threads=2", 2, 2, 2)]
    [InlineData(4, 0, 2, "4,sockets=1,cores=2,threads=2", 1, 2, 2)]
    public void Sockets_cores_and_threads_make_up_the_whole(int count, int cores, int threads, string text, int sockets, int coresPerSocket, int threadsPerCore)
    {
        var spec = Spec(count, cores, threads);
        CpuModel.CheckTopology("web01", spec);
        Assert.Equal((text, sockets, coresPerSocket, threadsPerCore), (CpuModel.TopologyOf(spec), CpuModel.SocketsOf(spec), CpuModel.CoresOf(spec), CpuModel.ThreadsOf(spec)));
    }

    [Theory]
    [InlineData(3, 2, 1)]
    [InlineData(3, 0, 2)]
    [InlineData(2, 4, 1)]
    [InlineData(8, 2, 3)]
    [InlineData(4, -1, 1)]
    public void What_does_not_is_refused(int count, int cores, int threads) =>
        Assert.Equal("InvalidTopology", Assert.Throws<VirtException>(() => CpuModel.CheckTopology("web01", Spec(count, cores, threads))).Id);

    [Fact]
    public void What_is_named_is_booted_first()
    {
        var spec = Spec(1, 0, 0) with { BootOrder = ["dvd0", "gone"], Drives = [.. Drives.Select(static name => new VmDrive { Id = System.Guid.Empty, Name = name, Type = VMDriveType.HardDisk, Controller = VMControllerType.SCSI })] };
        var order = BootOrder.Of(spec);
        Assert.Equal((1, 3, 4, null), (order("dvd0"), order("disk0"), order("disk1"), order("nic0")));
        Assert.Equal((1, 2, 3), (BootOrder.Of(spec with { BootOrder = [] })("disk0"), BootOrder.Of(spec with { BootOrder = [] })("disk1"), BootOrder.Of(spec with { BootOrder = [] })("dvd0")));
        Assert.Null(BootOrder.None("disk0"));
    }

    private static VirtException Refused(string name, Architecture architecture, string accelerator) => Assert.Throws<VirtException>(() => CpuModel.Find("web01", name, architecture, accelerator, Old));

    private static VmSpec Spec(int count, int cores, int threads) => new() { MemoryBytes = 1 << 28, ProcessorCount = count, Generation = 1, CoresPerSocket = cores, ThreadsPerCore = threads };
}
