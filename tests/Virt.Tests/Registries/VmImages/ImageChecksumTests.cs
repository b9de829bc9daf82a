using System.Linq;
using System.Text;
using Virt.Agent.Registries.VmImages;
using Xunit;

namespace Virt.Tests.Registries.VmImages;

public sealed class ImageChecksumTests
{
    private static readonly string Hex256 = new('a', 64);
    private static readonly string Hex512 = new('b', 128);

    [Fact]
    public void A_checksum_says_by_which_rule_and_has_as_many_digits()
    {
        Assert.Equal($"sha256:{Hex256}", ImageChecksum.Parse($"SHA256:{Hex256.ToUpperInvariant()}")!.ToString());
        Assert.Equal($"sha512:{Hex512}", ImageChecksum.Parse($"sha512:{Hex512}")!.ToString());
        Assert.All([Hex256, $"sha512:{Hex256}", $"md5:{Hex256}", "sha256:", $"sha256:{Hex256[1..]}x", ""], static text => Assert.Null(ImageChecksum.Parse(text)));
    }

    [Theory]
    [InlineData("{0}  debian.qcow2", true)]
    [InlineData("{0} *debian.qcow2", true)]
    [InlineData("{0}  ./amd64/debian.qcow2\r", true)]
    [InlineData("SHA256 (debian.qcow2) = {0}", true)]
    [InlineData("{0}  other-debian.qcow2", false)]
    [InlineData("{0}  debian.qcow2.asc", false)]
    [InlineData("SHA256 (debian.raw) = {0}", false)]
    [InlineData("debian.qcow2", false)]
    public void A_list_is_read_as_sha256sum_and_BSD_write_it(string line, bool isThere)
    {
        var list = "# a comment\n-----BEGIN PGP SIGNED MESSAGE-----\n\n" + string.Format(System.Globalization.CultureInfo.InvariantCulture, line, Hex256) + "\n" + Hex512 + "  debian.iso\n";
        Assert.Equal(isThere ? $"sha256:{Hex256}" : null, ImageChecksum.Find(list, "debian.qcow2")?.ToString());
        Assert.Equal($"sha512:{Hex512}", ImageChecksum.Find(list, "debian.iso")!.ToString());
    }

    [Fact]
    public void A_disk_is_known_by_what_stands_in_it()
    {
        var raw = new byte[1024];
        (raw[510], raw[511]) = (0x55, 0xAA);
        var iso = new byte[40 << 10];
        Encoding.ASCII.GetBytes("CD001").CopyTo(iso, 32769);
        (iso[510], iso[511]) = (0x55, 0xAA);
        Assert.Equal(("qcow2", "raw"), (VmImageFormat.Of([0x51, 0x46, 0x49, 0xFB, .. new byte[100]]).Format, VmImageFormat.Of(raw).Format));
        Assert.All([iso, new byte[1024], [], "PK\x03\x04"u8.ToArray(), [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "KDMV"u8.ToArray(), "<!doctype html>"u8.ToArray()], static head => Assert.Null(VmImageFormat.Of(head).Format));
        Assert.Equal(["an ISO image, from which a system is installed", "packed by gzip (gzip -d unpacks it)", "a web page"], new[] { iso, [0x1F, 0x8B], "<html>"u8.ToArray() }.Select(static head => VmImageFormat.Of(head).What));
    }
}
