using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class VmCgroupsTests
{
    private static readonly VmSpec Spec = new() { MemoryBytes = 256L << 20, ProcessorCount = 4, Generation = 1 };

    [Fact]
    public void A_QEMU_may_use_its_guests_memory_and_what_it_takes_itself()
    {
        var limits = VmCgroups.LimitsOf(Spec, hasMemory: true, hasPids: true);
        Assert.Equal(((256L << 20) + (2L << 30), 516), (limits.MemoryBytes, limits.ProcessCount));
        // Without it the kernel would swap nothing of it out.
        Assert.Equal(limits.MemoryBytes, limits.SwapBytes);
        Assert.Empty(limits.Extra);

        // And what may come while it runs.
        Assert.Equal(3L << 30, VmCgroups.LimitsOf(Spec with { MaximumMemoryBytes = 1L << 30 }, hasMemory: true, hasPids: true).MemoryBytes);
    }

    [Fact]
    public void What_the_host_cannot_limit_is_not_limited()
    {
        var limits = VmCgroups.LimitsOf(Spec, hasMemory: false, hasPids: false);
        Assert.True(limits is { MemoryBytes: null, SwapBytes: null, ProcessCount: null });
    }
}
