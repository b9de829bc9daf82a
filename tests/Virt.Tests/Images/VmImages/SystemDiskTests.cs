using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using Virt.Agent.Images.VmImages.Make;
using Xunit;

namespace Virt.Tests.Images.VmImages;

/// <summary>What a distribution's disk has beside its file systems. That firmware and partx read it the integration tests show.</summary>
public sealed class SystemDiskTests
{
    private const int Sector = 512;

    [Fact]
    public void Partitions_follow_each_other_and_end_before_the_copy_of_the_table()
    {
        var disk = new SystemDisk(2L << 30, IsArm: false);
        var partitions = disk.Partitions;
        Assert.Equal(["bios", "esp", "root"], partitions.Select(static one => one.Name));
        Assert.All(partitions, static one => Assert.Equal(0, one.First % 2048));
        Assert.Equal(partitions[0].Last + 1, partitions[1].First);
        Assert.Equal(partitions[1].Last + 1, partitions[2].First);
        Assert.True(partitions[2].Last < (disk.SizeBytes / Sector) - 33);
        Assert.Equal(partitions[1].Last - partitions[1].First + 1, SystemDisk.EspSectors);
        Assert.NotEqual(partitions[2].Type, new SystemDisk(2L << 30, IsArm: true).Partitions[2].Type);
    }

    [Fact]
    public void Both_tables_say_the_same_of_the_disk_and_each_where_it_is()
    {
        var disk = new SystemDisk(204L << 20, IsArm: false);
        using var file = Disk(disk.SizeBytes);
        GuidPartitionTable.Write(file, Guid.NewGuid(), disk.Partitions);
        var bytes = file.GetBuffer();
        var last = (disk.SizeBytes / Sector) - 1;
        Assert.Equal([0x55, 0xAA], bytes[510..512]);
        Assert.Equal(0xEE, bytes[446 + 4]);
        Assert.Equal((1L, last, 2L), Places(bytes.AsSpan(Sector)));
        Assert.Equal((last, 1L, last - 32), Places(bytes.AsSpan((int)last * Sector)));
        Assert.Equal(bytes[(2 * Sector)..(34 * Sector)], bytes[(int)((last - 32) * Sector)..(int)(last * Sector)]);

        static (long, long, long) Places(ReadOnlySpan<byte> header)
        {
            Assert.True(header.StartsWith("EFI PART"u8));
            return (BinaryPrimitives.ReadInt64LittleEndian(header[24..]), BinaryPrimitives.ReadInt64LittleEndian(header[32..]), BinaryPrimitives.ReadInt64LittleEndian(header[72..]));
        }
    }

    [Fact]
    public void Grub_is_told_where_its_core_is_and_the_partition_table_stays()
    {
        using var file = Disk(8 << 20);
        GuidPartitionTable.Write(file, Guid.NewGuid(), new SystemDisk(file.Length + (200L << 20), IsArm: false).Partitions);
        var boot = Enumerable.Repeat((byte)7, Sector).ToArray();
        GrubCore.Write(file, boot, new byte[1025], 2048, 2048);
        var bytes = file.GetBuffer();
        Assert.Equal(2048, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(0x5C)));
        Assert.Equal(0xEE, bytes[446 + 4]);
        var core = bytes.AsSpan(2048 * Sector);
        Assert.Equal((2049L, (ushort)2, (ushort)0x820), (BinaryPrimitives.ReadInt64LittleEndian(core[0x1F4..]), BinaryPrimitives.ReadUInt16LittleEndian(core[0x1FC..]), BinaryPrimitives.ReadUInt16LittleEndian(core[0x1FE..])));
    }

    [Theory]
    [InlineData(511, 1025, 4)]
    [InlineData(512, 512, 4)]
    [InlineData(512, 2049, 4)]
    public void A_core_that_does_not_fit_is_refused(int boot, int core, int sectors)
    {
        using var file = new MemoryStream(new byte[4 << 20]);
        Assert.Throws<InvalidDataException>(() => GrubCore.Write(file, new byte[boot], new byte[core], 2048, sectors));
        Assert.All(file.ToArray(), static one => Assert.Equal(0, one));
    }

    [Fact]
    public void The_script_says_of_the_machine_what_the_disk_says_of_itself()
    {
        var disk = new SystemDisk(2L << 30, IsArm: false) { RootId = Guid.Parse("11111111-2222-3333-4444-555555555555"), EspId = "ABCD1234" };
        Assert.StartsWith("HOST='web' ROOT=11111111-2222-3333-4444-555555555555 ESP=ABCD-1234 CONSOLE=ttyS0 EFI=x64", FitOut.Script(disk, "web"), StringComparison.Ordinal);
        Assert.Contains("CONSOLE=ttyAMA0 EFI=aa64", FitOut.Script(disk with { IsArm = true }, ""), StringComparison.Ordinal);
        Assert.DoesNotContain('\r', FitOut.Script(disk, ""));
    }

    [Fact]
    public void A_kernel_among_the_users_packages_is_the_only_one()
    {
        Assert.Contains(FitOut.Packages(isArm: false, ["curl"]), static package => package.Contains("linux-image-cloud-amd64", StringComparison.Ordinal));
        Assert.DoesNotContain(FitOut.Packages(isArm: false, ["linux-image-amd64"]), static package => package.Contains("linux-image", StringComparison.Ordinal));
        Assert.Contains("grub-efi-arm64-signed", FitOut.Packages(isArm: true, []));
        Assert.DoesNotContain("grub-pc-bin", FitOut.Packages(isArm: true, []));
    }

    private static MemoryStream Disk(long bytes)
    {
        var disk = new MemoryStream();
        disk.SetLength(bytes);
        return disk;
    }
}
