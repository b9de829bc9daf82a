using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Agent.Storage.Vhds;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.Tests.Storage;

public sealed class VhdRulesTests
{
    [Theory]
    [InlineData("/a/b.qcow2", VHDFormat.Qcow2)]
    [InlineData("/a/b.QCOW2", VHDFormat.Qcow2)]
    [InlineData("/a/b.img", VHDFormat.Raw)]
    [InlineData("/a/b.raw", VHDFormat.Raw)]
    [InlineData("/a/b.vhdx", VHDFormat.Vhdx)]
    [InlineData("/a/b.vmdk", VHDFormat.Vmdk)]
    [InlineData("/a/b.vhd", VHDFormat.Vhd)]
    [InlineData("/a/qcow2", VHDFormat.Unknown)]
    [InlineData("/a/b.txt", VHDFormat.Unknown)]
    public void A_name_says_the_format(string path, VHDFormat format) => Assert.Equal(format, VhdFormats.OfPath(path));

    [Fact]
    public void Every_format_has_a_name_of_qemu_img_and_comes_back_from_it()
    {
        foreach (var format in Enum.GetValues<VHDFormat>())
        {
            if (format != VHDFormat.Unknown)
            {
                Assert.Equal(format, VhdFormats.OfName(VhdFormats.NameOf(format)));
            }
        }

        Assert.Equal(VHDFormat.Unknown, VhdFormats.OfName("luks"));
    }

    [Theory]
    [InlineData(VHDFormat.Qcow2, VHDType.Differencing, true)]
    [InlineData(VHDFormat.Raw, VHDType.Differencing, false)]
    [InlineData(VHDFormat.Vmdk, VHDType.Fixed, false)]
    [InlineData(VHDFormat.Vhd, VHDType.Fixed, true)]
    [InlineData(VHDFormat.Vmdk, VHDType.Dynamic, true)]
    public void Not_every_format_has_every_type(VHDFormat format, VHDType type, bool has) => Assert.Equal(has, VhdFormats.Has(format, type));

    [Theory]
    [InlineData("disk.qcow2")]
    [InlineData("./disk.qcow2")]
    [InlineData("")]
    [InlineData("/srv/")]
    [InlineData("/srv/a\0b.qcow2")]
    [InlineData("json:{}")]
    [InlineData("nbd://host/x")]
    public void Only_a_full_path_of_a_file_is_taken(string path)
    {
        var e = Assert.Throws<VirtException>(() => VhdPath.Full("resize", path));
        Assert.Equal((ErrorCode.InvalidArgument, "InvalidPath"), (e.Code, e.Id));
    }

    [Fact]
    public void A_path_is_made_plain() => Assert.Equal("/etc/shadow", VhdPath.Full("resize", "/srv/../etc/./shadow"));

    [Fact]
    public void The_progress_of_qemu_img_is_read_wherever_its_output_is_cut()
    {
        var sink = new Recorder();
        var progress = new VhdProgress(new Call(sink, "root", whatIf: false, CancellationToken.None), "Converting", "writing", 1000, TimeProvider.System);
        foreach (var part in new[] { "    (0.00/100%)\r    (1", "2.50/1", "00%)\r    (12.75/100%)\r", "    (100.00/100%)\r\n" })
        {
            progress.Read(Encoding.ASCII.GetBytes(part));
        }

        Assert.Equal([0, 12, 99], sink.Percents);
    }

    [Theory]
    [InlineData("qemu-img: Could not open 'x': Failed to get \"write\" lock\nIs another process using the image [x]?\n", DiskProblem.InUse)]
    [InlineData("qemu-img: Could not open 'x': Image is not in qcow2 format\n", DiskProblem.Damaged)]
    [InlineData("qemu-img: error while writing at byte 0: No space left on device\n", DiskProblem.NoSpace)]
    public async Task What_qemu_img_says_is_told_apart(string error, DiskProblem problem)
    {
        var disks = new QemuImg(new Answer(1, "", error), "qemu-img");
        Assert.Equal(problem, (await Assert.ThrowsAsync<DiskException>(() => disks.InfoAsync("x", "qcow2", CancellationToken.None))).Problem);
    }

    [Fact]
    public async Task A_check_that_the_format_has_not_gives_none_and_one_that_cannot_go_on_is_a_corruption()
    {
        Assert.Null(await new QemuImg(new Answer(63, "", "qemu-img: This image format does not support checks\n"), "qemu-img").CheckAsync("x", "raw", false, CancellationToken.None));
        var cut = await new QemuImg(new Answer(1, "", "ERROR: cluster offset for sector 62464 points after EOF\nqemu-img: Check failed: Invalid argument\n"), "qemu-img").CheckAsync("x", "vmdk", false, CancellationToken.None);
        Assert.False(cut!.IsSound);
        var mended = await new QemuImg(new Answer(0, """{"check-errors": 0, "leaks-fixed": 2, "corruptions-fixed": 1}""", ""), "qemu-img").CheckAsync("x", "qcow2", true, CancellationToken.None);
        Assert.Equal((true, 3L), (mended!.IsSound, mended.Repaired));
    }

    private sealed class Answer(int exitCode, string output, string error) : IToolRunner
    {
        public Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation) => Task.FromResult(new ToolResult(exitCode, output, error));
    }

    private sealed class Recorder : ICallSink
    {
        public List<int> Percents { get; } = [];

        public void WorksOn(string target)
        {
        }

        public void Report(ProgressInfo progress) => Percents.Add(progress.PercentComplete!.Value);

        public ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellation) => default;

        public ValueTask SendItemAsync<T>(Format<T> format, T item, CancellationToken cancellation) => default;

        public ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation) => default;
    }
}
