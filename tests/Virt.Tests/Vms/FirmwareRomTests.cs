using System;
using System.IO;
using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class FirmwareRomTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("firmware").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(256)]
    public void Whole_pieces_up_to_the_most_are_taken(int pieces) => FirmwareRom.CheckRequest("change", "web01", Make(pieces * (64L << 10)), 1, startsKernel: false);

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData((64 << 10) + 1)]
    [InlineData((16 << 20) + (64 << 10))]
    public void No_other_size_is(long bytes)
    {
        var error = Refused(Make(bytes));
        Assert.Equal(("InvalidFirmware", ErrorCode.InvalidArgument), (error.Id, error.Code));
        Assert.Contains($"has {bytes} bytes; a file of whole 64KB, up to 16MB, is required.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_or_not_there_is_told_apart()
    {
        Assert.Equal("InvalidFirmware", Refused(folder).Id);
        Assert.Equal("InvalidFirmware", Refused("/dev/zero").Id);
        Assert.Equal("FirmwareNotFound", Refused(Path.Combine(folder, "none", "x.rom")).Id);
        Assert.Equal("InvalidPath", Refused("x.rom").Id);
    }

    [Fact]
    public void Only_a_machine_that_would_have_a_BIOS_and_uses_it_has_one()
    {
        var rom = Make(64 << 10);
        Assert.Equal("NeedsBios", Refused(rom, generation: 2).Id);
        Assert.Equal("StartsKernel", Refused(rom, startsKernel: true).Id);
    }

    private static VirtException Refused(string path, int generation = 1, bool startsKernel = false) =>
        Assert.Throws<VirtException>(() => FirmwareRom.CheckRequest("change", "web01", path, generation, startsKernel));

    private string Make(long bytes)
    {
        var path = Path.Combine(folder, "x.rom");
        using var file = File.Create(path);
        file.SetLength(bytes);
        return path;
    }
}
