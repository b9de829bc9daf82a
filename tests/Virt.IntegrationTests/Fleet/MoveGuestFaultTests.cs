using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A guest that writes to its disk for ever is cut off in its move by each harm: its files keep their checksums.</summary>
public sealed class MoveGuestFaultTests(SharedPair fixture) : IClassFixture<SharedPair>
{
    [Theory]
    [InlineData(MovePoint.MirrorEnded, Harm.OwnAgent, "a")]
    [InlineData(MovePoint.Loaded, Harm.OtherAgent, "a")]
    [InlineData(MovePoint.Stopped, Harm.Cable, "a")]
    [InlineData(MovePoint.Mirrored, Harm.DestinationQemu, "a")]
    [InlineData(MovePoint.Mirrored, Harm.SourceQemu, "a")]
    [InlineData(MovePoint.Owned, Harm.OwnAgent, "b")]
    [InlineData(MovePoint.Released, Harm.SourceQemu, "b")]
    [InlineData(MovePoint.Leased, Harm.DestinationQemu, "b")]
    public async Task What_a_guest_has_written_is_whole(string point, Harm harm, string owner)
    {
        var pair = await fixture.GetAsync();
        await MoveCut.ArmAsync(pair, point, harm);
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user", NewVHDSizeBytes = 256L << 20 });
        var machine = pair.A.Boot("web01");
        pair.A.Run("web01", "dd if=/dev/urandom of=/data/f9 bs=1M count=16 2>/dev/null; cd /data; md5sum f9 > s9; sync");
        pair.A.Run("web01", Guest.Writer);

        // Who loses its QEMU has lost its memory, and what it had not yet synced.
        var isLost = (owner, harm) is ("a", Harm.SourceQemu) or ("b", Harm.DestinationQemu);
        await MoveCut.MoveAsync(pair, point, harm, machine, [(owner, isLost ? VMState.Failed : VMState.Running)]);
        var mine = owner == "a" ? pair.A : pair.B;
        if (isLost)
        {
            mine.Boot("web01");
            mine.Run("web01", "cd /data; md5sum -c s9 > /dev/null");
        }
        else
        {
            mine.CheckWritten("web01");
        }

        Assert.Equal(VMState.Stopped, mine.Stop("web01").State);
        await mine.RunAsync("qemu-img", "check", "-q", mine.Get("web01").DiskPath);
        mine.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true });
        fixture.IsClean = true;
    }
}
