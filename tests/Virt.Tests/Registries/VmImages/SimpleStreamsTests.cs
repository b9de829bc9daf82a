using System.Text;
using System.Text.Json;
using Virt.Agent.Registries.VmImages;
using Xunit;

namespace Virt.Tests.Registries.VmImages;

public sealed class SimpleStreamsTests
{
    private static readonly string Sum = new('a', 64);

    /// <summary>As Linux Containers' server has it.</summary>
    public static string Products(string arch, string sum, int size) => $$"""
        {
          "content_id": "images", "datatype": "image-downloads", "format": "products:1.0",
          "products": {
            "debian:bookworm:{{arch}}:cloud": {
              "aliases": "debian/bookworm/cloud,debian/12/cloud", "arch": "{{arch}}", "os": "Debian", "release": "bookworm", "release_title": "bookworm", "variant": "cloud",
              "versions": {
                "20261128_05:24": { "items": { "disk.qcow2": { "ftype": "disk-kvm.img", "path": "images/old/disk.qcow2", "sha256": "{{new string('0', 64)}}", "size": 1 } } },
                "20261129_05:24": {
                  "items": {
                    "incus.tar.xz": { "ftype": "incus.tar.xz", "path": "images/new/incus.tar.xz", "sha256": "{{new string('1', 64)}}", "size": 1 },
                    "root.squashfs": { "ftype": "squashfs", "path": "images/new/root.squashfs", "sha256": "{{new string('2', 64)}}", "size": 1 },
                    "disk.qcow2": { "ftype": "disk-kvm.img", "path": "images/new/disk.qcow2", "sha256": "{{sum}}", "size": {{size}} }
                  }
                },
                "20261130_05:24": { "items": { "root.squashfs": { "ftype": "squashfs", "path": "images/newest/root.squashfs", "sha256": "{{sum}}" } } }
              }
            },
            "debian:bookworm:riscv64:cloud": { "aliases": "debian/12/cloud", "arch": "riscv64", "versions": { "1": { "items": { "d": { "ftype": "disk-kvm.img", "path": "r", "sha256": "{{sum}}" } } } } },
            "alpine:edge:{{arch}}:default": { "aliases": "alpine/edge", "arch": "{{arch}}", "versions": { "1": { "items": { "root.squashfs": { "ftype": "squashfs", "path": "p", "sha256": "{{sum}}" } } } } }
          }
        }
        """;

    public const string Index = """
        {
          "format": "index:1.0",
          "index": {
            "images": { "datatype": "image-downloads", "path": "streams/v1/images.json", "format": "products:1.0", "products": ["debian:bookworm:amd64:cloud"] },
            "other": { "datatype": "image-ids", "path": "streams/v1/ids.json" }
          }
        }
        """;

    [Fact]
    public void An_index_names_the_lists_of_what_can_be_fetched() => Assert.Equal(["streams/v1/images.json"], SimpleStreams.ReadIndex(Encoding.UTF8.GetBytes(Index)));

    [Fact]
    public void Of_a_product_for_the_CPU_the_newest_version_that_has_a_disk_counts()
    {
        var disk = Assert.Single(SimpleStreams.ReadProducts(Encoding.UTF8.GetBytes(Products("amd64", Sum, 7)), "x64"));
        Assert.Equal(("images/new/disk.qcow2", "20261129_05:24", $"sha256:{Sum}", 7, "Debian bookworm cloud"), (disk.Path, disk.Version, disk.Checksum.ToString(), disk.Size, disk.Description));
        Assert.Equal(["debian/bookworm/cloud", "debian/12/cloud", "debian:bookworm:amd64:cloud"], disk.Names);
        Assert.Empty(SimpleStreams.ReadProducts(Encoding.UTF8.GetBytes(Products("amd64", Sum, 7)), "arm64"));
        Assert.Single(SimpleStreams.ReadProducts(Encoding.UTF8.GetBytes(Products("arm64", Sum, 7)), "arm64"));
    }

    [Fact]
    public void A_disk_without_a_checksum_is_none() => Assert.Empty(SimpleStreams.ReadProducts(Encoding.UTF8.GetBytes(Products("amd64", "abc", 7).Replace(new string('0', 64), "", System.StringComparison.Ordinal)), "x64"));

    [Fact]
    public void Ubuntu_s_lists_are_read_too()
    {
        var json = $$"""{"products": {"com.ubuntu.cloud:server:24.04:amd64": {"aliases": "24.04,noble", "arch": "amd64", "os": "ubuntu", "release_title": "24.04 LTS", "versions": {"20261101": {"items": {"disk1.img": {"ftype": "disk1.img", "path": "server/a.img", "sha256": "{{Sum}}", "md5": "x", "size": 5 } } } } } } }""";
        var disk = Assert.Single(SimpleStreams.ReadProducts(Encoding.UTF8.GetBytes(json), "x64"));
        Assert.Equal(("server/a.img", "ubuntu 24.04 LTS"), (disk.Path, disk.Description));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"products": []}""")]
    [InlineData("""{"products": {"a": 1}}""")]
    [InlineData("""{"products": {"a": {"arch": "amd64", "versions": {"1": {"items": {"d": 1}}}}}}""")]
    [InlineData("""{"products": {"a": {"arch": "amd64", "versions": {"1": []}}}}""")]
    public void What_is_no_list_gives_nothing_or_is_said_to_be_none(string json)
    {
        try
        {
            Assert.Empty(SimpleStreams.ReadProducts(Encoding.UTF8.GetBytes(json), "x64"));
        }
        catch (JsonException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}
