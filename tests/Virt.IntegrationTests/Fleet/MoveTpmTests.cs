using System.Threading.Tasks;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A machine's TPM goes along.</summary>
public sealed class MoveTpmTests
{
    [Fact]
    public async Task A_TPM_goes_along_running_and_off()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "vault", Image = "starter", Generation = 2, MemoryStartupBytes = 256L << 20, SwitchName = "user", NoVHD = true });
        pair.A.EnableTpm("vault");
        pair.A.Boot("vault");
        pair.A.WriteNv("vault", "1122334455667788");
        pair.A.ExtendPcr("vault");
        var pcr = pair.A.ReadPcr("vault");
        HostPair.Move(pair.A, "vault", "b");
        Assert.Equal([("b", VMState.Running)], pair.Where("vault"));
        pair.B.Wait("vault", WaitCondition.Healthy);
        Assert.Equal((pcr, "1122334455667788"), (pair.B.ReadPcr("vault"), pair.B.ReadNv("vault")));

        pair.B.Stop("vault");
        var state = pair.B.TpmState("vault");
        HostPair.Move(pair.B, "vault", "a");
        Assert.Equal(state, pair.A.TpmState("vault"));
        pair.A.Boot("vault");
        Assert.Equal("1122334455667788", pair.A.ReadNv("vault"));

        await pair.B.RunAsync("sh", "-c", "mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w && mount -t overlay none -o lowerdir=/usr/bin,upperdir=/mnt/u,workdir=/mnt/w /usr/bin && rm /usr/bin/swtpm");
        var plan = pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "vault", DestinationHost = "b" });
        Assert.Equal("SwtpmMissing", Assert.Single(plan.Problems).Id);
    }
}
