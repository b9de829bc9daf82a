using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Fleet;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.VmImages;

/// <summary>What a guest finds of what it was told when it was made, wherever its machine goes.</summary>
public sealed class SeedTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEgPaoAWPBLxNTP8FQv+mWI/oqXYHyR2P8Woev7vqfu/ ann@desk";

    [Fact]
    public async Task A_guest_finds_its_seed_as_a_disk_by_its_label_with_its_files()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync("--images", RepositoryRoot.File("out", "test-images"));
        var made = host.Invoke(Methods.NewVM, new NewVM
        {
            Name = "web01",
            Image = "debian",
            Generation = 1,
            MemoryStartupBytes = 512L << 20,
            UserName = "ann",
            SshKeys = [Key],
            CloudInit = """{"packages":["nginx"],"network":{"version":2}}""",
        });
        host.Start("web01");
        host.Wait("web01", WaitCondition.GuestAgent);
        Assert.Equal("/dev/vdb iso9660", host.Run("web01", "blkid -L cidata; blkid -s TYPE -o value /dev/vdb").Replace('\n', ' '));
        foreach (var options in new[] { "ro", "ro,norock", "ro,nojoliet" })
        {
            // By the names of Rock Ridge and of Joliet; a guest may know one of them only.
            Assert.Equal("meta-data network-config user-data", host.Run("web01", $"mount -o {options} /dev/vdb /mnt && ls /mnt && umount /mnt").Replace('\n', ' '));
        }

        host.Run("web01", "mount -o ro /dev/vdb /mnt");
        var user = JsonNode.Parse(host.Run("web01", "cat /mnt/user-data").Replace("#cloud-config\n", "", StringComparison.Ordinal))!;
        Assert.Equal(("ann", Key, "nginx"), ((string)user["user"]!["name"]!, (string)user["ssh_authorized_keys"]![0]!, (string)user["packages"]![0]!));
        var meta = JsonNode.Parse(host.Run("web01", "cat /mnt/meta-data"))!;
        Assert.Equal((made.Id.ToString(), "web01"), ((string)meta["instance-id"]!, (string)meta["local-hostname"]!));
        Assert.Equal("1", host.Run("web01", "cat /sys/block/vdb/ro"));
    }

    [Fact]
    public async Task It_stays_with_its_machine_and_a_copy_has_one_of_its_own()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, UserName = "ann" });
        host.Start("web01");
        host.Wait("web01", WaitCondition.GuestAgent);
        Assert.Equal((made.Id, "web01"), Read(host, "web01"));

        // Over a save, a rename and an agent that was killed.
        host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
        host.Invoke(Methods.RenameVM, new RenameVM { Name = "web01", NewName = "www" });
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        host.Start("www");
        host.Wait("www", WaitCondition.GuestAgent);
        Assert.Equal((made.Id, "web01"), Read(host, "www"));
        Assert.Equal("-rw------- root", (await host.RunAsync("stat", "-c", "%A %U", SeedFile(host, made.Id))).Trim());

        var copy = host.Copy("www", "www_2").Single();
        host.Stop("www", turnOff: true);
        Assert.False(File.Exists(SeedFile(host, made.Id)));
        Assert.Equal((copy.Id, "www-2"), await StartedAsync(host, "www_2", copy.Id));
        var same = host.Invoke(Methods.CopyVM, new CopyVM { Name = "www", NewName = "same", KeepIdentity = true }).Items.Single();
        Assert.Equal((made.Id, "web01"), await StartedAsync(host, "same", same.Id));

        // And over an archive.
        host.Invoke(Methods.ExportVM, new ExportVM { Name = "www", Path = Path.Combine(host.Files, "www") });
        var imported = host.Invoke(Methods.ImportVM, new ImportVM { Path = Path.Combine(host.Files, "www"), Name = "new" });
        Assert.Equal((imported.Id, "new"), await StartedAsync(host, "new", imported.Id));
    }

    [Fact]
    public async Task A_running_guest_has_the_same_seed_wherever_it_moves()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user", NoVHD = true, UserName = "ann" });
        pair.A.Start("web01");
        pair.A.Wait("web01", WaitCondition.GuestAgent);
        var read = pair.A.Run("web01", "sha256sum < /dev/vda");
        Assert.Equal(VMMoveMode.Live, HostPair.Move(pair.A, "web01", "b").Mode);
        pair.B.Wait("web01", WaitCondition.Healthy);

        // From there, not from what the guest remembers of it.
        Assert.Equal(read, pair.B.Run("web01", "echo 3 > /proc/sys/vm/drop_caches; sha256sum < /dev/vda"));
    }

    // As the guest's disk reads, and as the host has it.
    private static (Guid Id, string HostName) Read(TestHost host, string name)
    {
        var id = host.Get(name).Id;
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(SeedFile(host, id)))), host.Run(name, "sha256sum < /dev/vdb").Split(' ')[0]);
        return Parse(File.ReadAllText(SeedFile(host, id)));
    }

    private static async Task<(Guid Id, string HostName)> StartedAsync(TestHost host, string name, Guid id)
    {
        host.Start(name);
        var text = await File.ReadAllTextAsync(SeedFile(host, id));
        host.Stop(name, turnOff: true);
        return Parse(text);
    }

    private static (Guid Id, string HostName) Parse(string image)
    {
        var start = image.IndexOf("{\n  \"instance-id\"", StringComparison.Ordinal);
        var meta = JsonNode.Parse(image[start..(image.IndexOf('}', start) + 1)])!;
        return ((Guid)meta["instance-id"]!, (string)meta["local-hostname"]!);
    }

    private static string SeedFile(TestHost host, Guid id) => Path.Combine(host.RunFolder, "vms", id.ToString("N"), "seed.iso");
}
