using System.Threading.Tasks;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A machine's TPM goes along, and that of each of its checkpoints.</summary>
public sealed class MoveTpmTests
{
    [Fact]
    public async Task A_TPM_goes_along_running_and_off_and_those_of_its_checkpoints()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "vault", Image = "starter", Generation = 2, MemoryStartupBytes = 256L << 20, SwitchName = "user", NoVHD = true });
        pair.A.EnableTpm("vault");
        pair.A.Boot("vault");
        pair.A.WriteNv("vault", "1122334455667788");
        pair.A.ExtendPcr("vault");
        var first = (pair.A.ReadPcr("vault"), "1122334455667788");
        pair.A.Checkpoint("vault", "running");
        pair.A.ExtendPcr("vault");
        pair.A.RewriteNv("vault", "8877665544332211");
        var later = (pair.A.ReadPcr("vault"), "8877665544332211");
        Assert.NotEqual(first.Item1, later.Item1);
        HostPair.Move(pair.A, "vault", "b");
        Assert.Equal([("b", VMState.Running)], pair.Where("vault"));
        pair.B.Wait("vault", WaitCondition.Healthy);
        Assert.Equal(later, (pair.B.ReadPcr("vault"), pair.B.ReadNv("vault")));

        // With the guest's memory the TPM is as it was, also what it holds until the next start.
        Assert.Equal(VMState.Running, pair.B.Restore("vault", "running").State);
        pair.B.Wait("vault", WaitCondition.Healthy);
        Assert.Equal(first, (pair.B.ReadPcr("vault"), pair.B.ReadNv("vault")));
        pair.B.RewriteNv("vault", "0000000000000001");
        pair.B.Stop("vault");
        var state = pair.B.TpmState("vault");
        pair.B.Checkpoint("vault", "off");
        HostPair.Move(pair.B, "vault", "a");
        Assert.Equal(state, pair.A.TpmState("vault"));
        Assert.Equal(VMState.Running, pair.A.Restore("vault", "running").State);
        pair.A.Wait("vault", WaitCondition.Healthy);
        Assert.Equal(first, (pair.A.ReadPcr("vault"), pair.A.ReadNv("vault")));
        Assert.Equal(VMState.Stopped, pair.A.Restore("vault", "off").State);
        Assert.Equal(state, pair.A.TpmState("vault"));
        pair.A.Boot("vault");
        Assert.Equal("0000000000000001", pair.A.ReadNv("vault"));
        pair.A.Stop("vault");

        // Also where the machine has none now, but had one at a checkpoint.
        pair.A.Invoke(Methods.DisableVMTPM, new DisableVMTPM { Name = "vault" });
        await pair.B.RunAsync("sh", "-c", "mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w && mount -t overlay none -o lowerdir=/usr/bin,upperdir=/mnt/u,workdir=/mnt/w /usr/bin && rm /usr/bin/swtpm");
        var plan = pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "vault", DestinationHost = "b" });
        Assert.Equal("SwtpmMissing", Assert.Single(plan.Problems).Id);
    }
}
