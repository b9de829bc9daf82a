using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Virt.Agent.Vms;
using Virt.Agent.Vms.Seeds;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>What a guest is told when it comes up for the first time, and the image that it finds that on.</summary>
public sealed class SeedTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEgPaoAWPBLxNTP8FQv+mWI/oqXYHyR2P8Woev7vqfu/ ann@desk";

    private static readonly Guid Identity = Guid.Parse("11111111-2222-3333-4444-555555555555");

    [Fact]
    public void Nothing_is_told_to_a_guest_that_nobody_has_said_anything_of()
    {
        Assert.Null(SeedCheck.SeedOf(new NewVM { Name = "web01" }, isExpected: false));
        Assert.Equal("web01", SeedCheck.SeedOf(new NewVM { Name = "web01" }, isExpected: true)!.HostName);
    }

    [Fact]
    public void The_user_may_become_root_and_comes_in_by_his_keys()
    {
        var config = Config(Seed(new NewVM { UserName = "ann", SshKeys = [Key, "  " + Key + "\r"] }));
        Assert.Equal(("ann", "ALL=(ALL) NOPASSWD:ALL", true), ((string)config["user"]!["name"]!, (string)config["user"]!["sudo"]!, (bool)config["user"]!["lock_passwd"]!));
        Assert.Equal([Key], config["ssh_authorized_keys"]!.AsArray().Select(static key => (string)key!));
    }

    [Fact]
    public void The_user_s_own_goes_over_ours_table_by_table()
    {
        var seed = Seed(new NewVM { UserName = "ann", SshKeys = [Key], CloudInit = """{"user":{"shell":"/bin/zsh","sudo":null},"ssh_authorized_keys":["mine"],"packages":["nginx"]}""" });
        var config = Config(seed);
        Assert.Equal(("ann", "/bin/zsh", true), ((string)config["user"]!["name"]!, (string)config["user"]!["shell"]!, config["user"]!.AsObject().ContainsKey("sudo") && config["user"]!["sudo"] is null));
        Assert.Equal(("mine", "nginx"), ((string)config["ssh_authorized_keys"]![0]!, (string)config["packages"]![0]!));
    }

    [Fact]
    public void A_network_is_a_file_of_its_own()
    {
        var seed = Seed(new NewVM { CloudInit = """{"network":{"version":2,"ethernets":{"e":{"dhcp4":true}}},"timezone":"UTC"}""" });
        Assert.Equal("""{"timezone":"UTC"}""", Config(seed).ToJsonString());
        Assert.Equal(["meta-data", "network-config", "user-data"], Files(seed).Keys);
        Assert.Equal(2, (int)JsonNode.Parse(Files(seed)["network-config"])!["version"]!);
        Assert.Equal(["meta-data", "user-data"], Files(Seed(new NewVM { UserName = "ann" })).Keys);
    }

    [Fact]
    public void Who_the_guest_is_stands_in_its_meta_data()
    {
        var meta = JsonNode.Parse(Files(Seed(new NewVM { HostName = "web.example.org" }))["meta-data"])!;
        Assert.Equal((Identity.ToString(), "web.example.org"), ((string)meta["instance-id"]!, (string)meta["local-hostname"]!));
    }

    // JSON escapes what YAML reads otherwise: it would be two characters that are none.
    [Fact]
    public void What_is_beyond_the_first_plane_stands_there_as_it_is()
    {
        const string Text = "a\u00e9\U0001F600\\ud83d\\ude00\"\n";
        var seed = Seed(new NewVM { CloudInit = JsonSerializer.Serialize(new Dictionary<string, string> { ["motd"] = Text }) });
        var data = Files(seed)["user-data"];
        Assert.StartsWith("#cloud-config\n{", data, StringComparison.Ordinal);
        Assert.Equal(Text, (string)Config(seed)["motd"]!);
        Assert.Contains("\U0001F600", data, StringComparison.Ordinal);
        Assert.Contains("\\\\ud83d\\\\ude00", data, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web01", "web01")]
    [InlineData("web_01", "web-01")]
    [InlineData("web01.example.org", "web01.example.org")]
    [InlineData("1-_.-", "1")]
    public void A_guest_is_called_as_its_machine_as_far_as_a_host_can_be(string name, string host) => Assert.Equal(host, SeedCheck.HostNameOf(name));

    [Theory]
    [InlineData("Ann", "InvalidUserName")]
    [InlineData("root", "InvalidUserName")]
    [InlineData("ann:x", "InvalidUserName")]
    [InlineData("1ann", "InvalidUserName")]
    [InlineData("_ann-2", null)]
    public void A_user_s_name_is_one_that_useradd_takes(string user, string? error) => Check(new NewVM { UserName = user }, error);

    [Theory]
    [InlineData("-web", "InvalidHostName")]
    [InlineData("web..org", "InvalidHostName")]
    [InlineData("web_01", "InvalidHostName")]
    [InlineData("web01.example.org", null)]
    public void A_host_name_is_one_that_others_take(string host, string? error) => Check(new NewVM { HostName = host }, error);

    [Theory]
    [InlineData("", "InvalidSshKey")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----", "InvalidSshKey")]
    [InlineData("id_ed25519.pub", "InvalidSshKey")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEgPaoAWPBLxNTP8FQv+mWI/oqXYHyR2P8Woev7v", "InvalidSshKey")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIEgPaoAWPBLxNTP8FQv+mWI/oqXYHyR2P8Woev7vqfu/", "InvalidSshKey")]
    [InlineData(Key + "\nssh-rsa", "InvalidSshKey")]
    [InlineData(Key, null)]
    public void A_key_is_a_whole_public_one(string key, string? error) => Check(new NewVM { SshKeys = [key] }, error);

    [Theory]
    [InlineData("[]", "InvalidCloudInit")]
    [InlineData("{", "InvalidCloudInit")]
    [InlineData("""{"a":{"b":1,"b":2}}""", "InvalidCloudInit")]
    [InlineData("""{"network":1}""", "InvalidCloudInit")]
    [InlineData("{}", null)]
    public void A_cloud_config_is_a_table(string text, string? error) => Check(new NewVM { CloudInit = text }, error);

    [Fact]
    public void The_image_is_the_same_whenever_it_is_made_and_has_its_label()
    {
        var image = SeedText.ImageOf(Seed(new NewVM { UserName = "ann" }), Identity);
        Assert.Equal(image, SeedText.ImageOf(Seed(new NewVM { UserName = "ann" }), Identity));
        Assert.Equal(("CD001", "cidata"), (Ascii(image, (16 * 2048) + 1, 5), Ascii(image, (16 * 2048) + 40, 32).TrimEnd()));
        Assert.Equal(image.Length / 2048, BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan((16 * 2048) + 80)));
    }

    [Fact]
    public void A_large_file_comes_whole_in_both_trees_of_the_image()
    {
        var seed = Seed(new NewVM { CloudInit = JsonSerializer.Serialize(new Dictionary<string, string> { ["a"] = new string('x', 100_000) }) });
        var image = SeedText.ImageOf(seed, Identity);
        Assert.Equal(SeedText.UserData(seed), Read(image, isJoliet: false)["user-data"]);
        Assert.Equal(SeedText.UserData(seed), Read(image, isJoliet: true)["user-data"]);
    }

    [Fact]
    public void It_is_the_guest_s_last_disk_and_nobody_can_write_to_it()
    {
        var folder = new VmFolder("/s/vms/1", "/r/vms/1");
        var spec = new VmSpec { MemoryBytes = 256 << 20, ProcessorCount = 1, Generation = 1, Seed = Seed(new NewVM { UserName = "ann" }), VideoAdapter = VMVideoAdapter.VGA };
        var plan = QemuArguments.Build(Identity, "web01", spec, folder, null, new QemuHost(Architecture.X64, "tcg", new Firmware(null, null, null)));
        Assert.Equal("virtio-blk-pci,id=seed,drive=seed0,serial=cidata", plan.Arguments[^1]);
        Assert.Contains(plan.Arguments, static a => a.Contains("node-name=seed0,", StringComparison.Ordinal) && a.Contains("read-only=on", StringComparison.Ordinal));
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.Read, "/r/vms/1/seed.iso"), plan.Descriptors);
        Assert.Equal(SeedText.ImageOf(spec.Seed!, Identity), plan.Files["/r/vms/1/seed.iso"]);
        Assert.Empty(QemuArguments.Build(Identity, "web01", spec with { Seed = null }, folder, null, new QemuHost(Architecture.X64, "tcg", new Firmware(null, null, null))).Files);
    }

    [Fact]
    public void A_copy_calls_itself_by_its_own_name_unless_it_keeps_its_identity()
    {
        var spec = new VmSpec { MemoryBytes = 1, ProcessorCount = 1, Generation = 1, Seed = Seed(new NewVM { UserName = "ann", HostName = "db.example.org" }) };
        Assert.Equal(("web-2", "ann"), Of(VmCopy.SpecOf(spec, Identity, Guid.NewGuid(), null, keepsIdentity: false, "web_2")));
        Assert.Equal(("db.example.org", "ann"), Of(VmCopy.SpecOf(spec, Identity, Guid.NewGuid(), null, keepsIdentity: true, "web_2")));
        Assert.Equal(("db.example.org", "ann"), Of(VmCopy.SpecOf(spec, Identity, Guid.NewGuid(), null, keepsIdentity: false)));
        Assert.Null(VmCopy.SpecOf(spec with { Seed = null }, Identity, Guid.NewGuid(), null, keepsIdentity: false, "web_2").Seed);

        static (string, string?) Of(VmSpec copy) => (copy.Seed!.HostName, copy.Seed.UserName);
    }

    private static VmSeed Seed(NewVM request)
    {
        request.Name = "web01";
        return SeedCheck.SeedOf(request, isExpected: true)!;
    }

    private static void Check(NewVM request, string? error)
    {
        if (error is null)
        {
            Assert.NotNull(Seed(request));
            return;
        }

        var e = Assert.Throws<VirtException>(() => Seed(request));
        Assert.Equal((error, ErrorCode.InvalidArgument), (e.Id, e.Code));
        Assert.StartsWith("Cannot create VM 'web01': ", e.Message, StringComparison.Ordinal);
        Assert.StartsWith("New-VM -Name web01 ", e.RecommendedAction, StringComparison.Ordinal);
    }

    private static JsonNode Config(VmSeed seed) => JsonNode.Parse(Files(seed)["user-data"]["#cloud-config\n".Length..])!;

    private static SortedDictionary<string, string> Files(VmSeed seed) =>
        new(Read(SeedText.ImageOf(seed, Identity), isJoliet: true).ToDictionary(static file => file.Key, static file => Encoding.UTF8.GetString(file.Value), StringComparer.Ordinal), StringComparer.Ordinal);

    // As a system does: from the descriptor to the folder's records, with the names of the extension that it knows.
    private static Dictionary<string, byte[]> Read(byte[] image, bool isJoliet)
    {
        var descriptor = (isJoliet ? 17 : 16) * 2048;
        var root = image.AsSpan(descriptor + 156, 34);
        var at = BinaryPrimitives.ReadInt32LittleEndian(root[2..]) * 2048;
        Assert.Equal(BinaryPrimitives.ReadInt32LittleEndian(root[2..]), BinaryPrimitives.ReadInt32BigEndian(root[6..]));
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var number = 0; image[at] != 0; at += image[at], number++)
        {
            var record = image.AsSpan(at, image[at]);
            var name = record.Slice(33, record[32]);
            var fields = record[((33 + name.Length + 1) & ~1)..];
            if (number < 2)
            {
                // Itself and the folder above, and in the first that Rock Ridge is used.
                Assert.Equal((number, 1), (name[0], name.Length));
                Assert.Equal(isJoliet || number == 1 ? 0 : 0xBE, number == 0 && !isJoliet ? fields[4] : 0);
                continue;
            }

            var text = isJoliet ? Encoding.BigEndianUnicode.GetString(name)[..^2] : Name(fields);
            var length = BinaryPrimitives.ReadInt32LittleEndian(record[10..]);
            files.Add(text, image.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(record[2..]) * 2048, length).ToArray());
        }

        return files;
    }

    private static string Name(ReadOnlySpan<byte> fields)
    {
        while (fields.Length > 3 && !fields[..2].SequenceEqual("NM"u8))
        {
            fields = fields[fields[2]..];
        }

        return Encoding.ASCII.GetString(fields[5..fields[2]]);
    }

    private static string Ascii(byte[] image, int at, int length) => Encoding.ASCII.GetString(image, at, length);
}
