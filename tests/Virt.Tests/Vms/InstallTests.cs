using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using Virt.Agent.Vms.Install;
using Virt.Agent.Vms.Seeds;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>Installers: what their ISO image has, and where their answers come to.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void A_file_is_found_by_its_long_name_and_comes_out_whole()
    {
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        using var iso = Iso(("vmlinuz-6.1.0-amd64", bytes), ("initrd.gz", "small"u8.ToArray()));
        Assert.Equal(("MINI", true, false), (iso.Label, iso.Has("INITRD.gz"), iso.Has("initrd")));
        using var target = new MemoryStream();
        iso.CopyTo("vmlinuz-6.1.0-amd64", target);
        Assert.Equal(bytes, target.ToArray());
        Assert.False(iso.Has("boot/initrd.gz"));
    }

    [Fact]
    public void What_is_no_image_or_a_damaged_one_is_said_to_be_so()
    {
        File.WriteAllText(path, "no");
        Assert.Throws<InvalidDataException>(() => IsoReader.Open(path));

        // Cut off in its file, in its folder, and a folder with a record that is longer than the folder.
        var whole = IsoImage.Of("MINI", [("linux", new byte[5000])]);
        File.WriteAllBytes(path, whole[..^4096]);
        using (var iso = IsoReader.Open(path))
        {
            Assert.Throws<InvalidDataException>(() => iso.CopyTo("linux", Stream.Null));
        }

        var folder = BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(16 * 2048 + 158)) * 2048;
        File.WriteAllBytes(path, whole[..(folder + 10)]);
        using (var iso = IsoReader.Open(path))
        {
            Assert.Throws<InvalidDataException>(() => iso.Has("linux"));
        }

        foreach (var (at, value) in new[] { (folder, (byte)255), (folder, (byte)20), (folder + 32, (byte)250) })
        {
            var damaged = whole.ToArray();
            damaged[at] = value;
            File.WriteAllBytes(path, damaged);
            using var iso = IsoReader.Open(path);
            Assert.True(Fails(() => iso.Has("linux")) || !iso.Has("nothing"));
        }

        var huge = whole.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(huge.AsSpan(16 * 2048 + 166), uint.MaxValue);
        File.WriteAllBytes(path, huge);
        using (var iso = IsoReader.Open(path))
        {
            Assert.Throws<InvalidDataException>(() => iso.Has("linux"));
        }
    }

    [Fact]
    public void Whatever_bytes_an_image_has_it_is_read_to_an_end()
    {
        var random = new Random(4711);
        var whole = IsoImage.Of("MINI", [("linux", new byte[3000]), ("a file with a long name.txt", new byte[10])]);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = whole.ToArray();
            for (var change = 0; change < 1 + i % 8; change++)
            {
                damaged[16 * 2048 + random.Next(damaged.Length - 16 * 2048)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, damaged);
            Fails(() =>
            {
                using var iso = IsoReader.Open(path);
                iso.Has("linux");
                iso.Has("a/b");
            });
        }
    }

    [Theory]
    [InlineData("preseed.cfg", "Preseed", null)]
    [InlineData("web.preseed", "Preseed", null)]
    [InlineData("ks.cfg", "Oemdrv", "OEMDRV ks.cfg")]
    [InlineData("Fedora.KS", "Oemdrv", "OEMDRV ks.cfg")]
    [InlineData("autoinst.xml", "Oemdrv", "OEMDRV autoinst.xml")]
    [InlineData("user-data", "CloudInit", "cidata meta-data user-data")]
    [InlineData("noble.yml", "CloudInit", "cidata meta-data user-data")]
    [InlineData("unattend.xml", "Windows", "OEMDRV autounattend.xml")]
    public void Whose_answers_they_are_is_told_by_the_name_and_they_stand_where_they_are_looked_for(string name, string kind, string? disk)
    {
        var answer = AnswerFile.Of("web/1", name, "mine"u8.ToArray());
        Assert.Equal(kind, answer.Kind.ToString());
        if (disk is null)
        {
            Assert.Null(answer.Disk());
            return;
        }

        File.WriteAllBytes(path, answer.Disk()!);
        using var iso = IsoReader.Open(path);
        var parts = disk.Split(' ');
        Assert.Equal(parts[0], iso.Label);
        Assert.All(parts[1..], file => Assert.True(iso.Has(file)));
        using var target = new MemoryStream();
        iso.CopyTo(parts[^1], target);
        Assert.Equal("mine", Encoding.UTF8.GetString(target.ToArray()));
    }

    [Fact]
    public void Answers_of_nobody_are_refused_and_no_answers_are_none()
    {
        Assert.Equal((AnswerKind.None, true), (AnswerFile.Of("a", "", []).Kind, AnswerFile.Of("a", "", []).Disk() is null));
        foreach (var (name, bytes) in new[] { ("answers.txt", new byte[1]), ("ks.cfg", []), ("ks.cfg", new byte[AnswerFile.MostBytes + 1]) })
        {
            Assert.Equal("InvalidAnswerFile", Assert.Throws<VirtException>(() => AnswerFile.Of("a", name, bytes)).Id);
        }
    }

    [Theory]
    [InlineData("", Architecture.X64, "/i SATA, /d SATA")]
    [InlineData("preseed.cfg", Architecture.X64, "/i SATA, /d SATA")]
    [InlineData("user-data", Architecture.X64, "/i SATA, /a SCSI, /d SATA")]
    [InlineData("ks.cfg", Architecture.Arm64, "/i SCSI, /a SCSI, /d SCSI")]
    [InlineData("unattend.xml", Architecture.X64, "/i SATA, /a SATA, /d SATA")]
    public void What_it_looks_for_is_on_a_bus_that_it_has_a_driver_for(string answers, Architecture architecture, string media)
    {
        var request = new InstallVMImage { IsoPath = "/i", DriverIsoPath = "/d", SizeBytes = 1_000_000, MemoryBytes = 1 << 30 };
        var spec = InstallSpec.Of(request, AnswerFile.Of("web/1", answers, "mine"u8.ToArray()), Guid.NewGuid(), "/disk", "/a", architecture);
        Assert.Equal(media, string.Join(", ", spec.Drives.Select(static drive => $"{drive.Media!.Path} {drive.Controller}")));
        Assert.Equal(spec.Drives.Count, spec.Drives.Select(static drive => (drive.Controller, drive.Place)).Distinct().Count());
        Assert.Equal(("/disk", 1_000_448L, "isolated", true), (spec.Disk!.Path, spec.Disk.SizeBytes, spec.Network, spec.MacAddress is not null));
    }

    [Fact]
    public void A_kernel_is_started_directly_only_where_it_must_be()
    {
        using var debian = Iso(("linux", []), ("initrd.gz", []));
        Assert.Null(InstallerKernel.Find("a", debian, AnswerKind.None, [], Architecture.X64));
        Assert.Null(InstallerKernel.Find("a", debian, AnswerKind.Windows, [], Architecture.X64));
        Assert.Equal(
            ("linux", "auto=true priority=critical DEBIAN_FRONTEND=text console=tty0 console=ttyAMA0 a b=c"),
            InstallerKernel.Find("a", debian, AnswerKind.Preseed, ["a", "b=c"], Architecture.Arm64) is { } kernel ? (kernel.Kernel, kernel.CommandLine) : default);
        Assert.EndsWith(" console=ttyS0 a", InstallerKernel.Find("a", debian, AnswerKind.None, ["a"], Architecture.X64)!.CommandLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_is_not_there_is_named()
    {
        using var other = Iso(("linux", []));
        var e = Assert.Throws<VirtException>(() => InstallerKernel.Find("a", other, AnswerKind.Preseed, [], Architecture.X64));
        Assert.Equal(("InstallerNotKnown", ErrorCode.NotSupported), (e.Id, e.Code));
        Assert.Contains("install.amd/vmlinuz", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("casper", e.Message, StringComparison.Ordinal);
        Assert.Contains("casper", Assert.Throws<VirtException>(() => InstallerKernel.Find("a", other, AnswerKind.None, ["a"], Architecture.X64)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_behind_an_initramfs_begins_at_a_multiple_of_four_and_is_what_the_kernel_reads()
    {
        using var target = new MemoryStream();
        CpioFile.Write(target, "preseed.cfg", "12345"u8);
        var bytes = target.ToArray();
        var text = Encoding.ASCII.GetString(bytes);
        Assert.Equal(("070701", 0, 5, 12), (text[..6], bytes.Length % 4, Hex(6), Hex(11)));
        Assert.Equal(0x81A4, Hex(1));
        Assert.Equal(("preseed.cfg\0", "12345\0\0\0070701"), (text.Substring(110, 12), text.Substring(124, 14)));
        Assert.EndsWith("TRAILER!!!\0\0\0\0", text, StringComparison.Ordinal);

        // The fields of the head: cpio(5), New ASCII Format.
        int Hex(int field) => Convert.ToInt32(text.Substring(6 + 8 * field, 8), 16);
    }

    private IsoReader Iso(params (string Name, byte[] Bytes)[] files)
    {
        File.WriteAllBytes(path, IsoImage.Of("MINI", files));
        return IsoReader.Open(path);
    }

    private static bool Fails(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }
}
