using System.IO;
using System.Threading.Tasks;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A machine of another CPU than its host's moves to where that can be emulated too.</summary>
public sealed class MoveArchitectureTests
{
    [Fact]
    public async Task It_moves_running_and_off_and_not_to_where_nothing_emulates_it()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Architecture = VMArchitecture.Arm64, MemoryStartupBytes = 160L << 20, NewVHDSizeBytes = 16L << 20 });
        pair.A.Start("web01");
        HostPair.Move(pair.A, "web01", "b", includeStorage: true);
        Assert.Equal([("b", VMState.Running)], pair.Where("web01"));
        Assert.Equal(("arm64", "tcg"), (pair.B.Get("web01").Architecture, pair.B.Get("web01").Accelerator));
        pair.B.Stop("web01", turnOff: true);

        // Off it takes its variables along, all of them: their file is four times as large as a message may be.
        var file = Assert.Single(Directory.GetFiles(pair.B.StateFolder, "nvram.fd", SearchOption.AllDirectories));
        using (var variables = new FileStream(file, FileMode.Open))
        {
            variables.Position = 12345;
            variables.WriteByte(7);
        }

        var before = await SumAsync(pair.B);
        HostPair.Move(pair.B, "web01", "a", includeStorage: true);
        Assert.Equal([("a", VMState.Stopped)], pair.Where("web01"));
        Assert.Equal(before, await SumAsync(pair.A));

        await pair.B.RunAsync("mount", "-t", "tmpfs", "none", "/usr/share/AAVMF");
        Assert.Equal("UefiMissing", Problem(pair));
        await pair.B.RunAsync("sh", "-c", "mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w && mount -t overlay none -o lowerdir=/usr/bin,upperdir=/mnt/u,workdir=/mnt/w /usr/bin && rm /usr/bin/qemu-system-aarch64");
        Assert.Equal("ArchitectureNotInstalled", Problem(pair));
    }

    private static string Problem(HostPair pair) => Assert.Single(pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "b", IncludeStorage = true }).Problems).Id;

    // The host's folder is its own: it is read there.
    private static async Task<string> SumAsync(Fixtures.TestHost host) => (await host.RunAsync("sh", "-c", $"md5sum < $(find '{host.StateFolder}' -name nvram.fd)")).Trim();
}
