using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Xunit;

namespace Virt.Tests.Storage;

public sealed class QemuImgTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Info_reads_format_sizes_backing_and_damage()
    {
        const string Json = """
            {"virtual-size": 1073741824, "filename": "x", "format": "qcow2", "actual-size": 200704, "backing-filename": "base.qcow2",
             "full-backing-filename": "/d/base.qcow2", "format-specific": {"type": "qcow2", "data": {"compat": "1.1", "corrupt": true}}}
            """;
        var tools = new FakeTools(_ => new ToolResult(0, Json, ""));
        var info = await Img(tools).InfoAsync("/d/x", inUse: true, Cancellation);
        Assert.Equal(new DiskInfo("qcow2", 1073741824, 200704, "/d/base.qcow2", true), info);
        Assert.Equal("info --output=json --force-share /d/x", Assert.Single(tools.Commands));
    }

    [Fact]
    public async Task A_disk_that_nobody_may_use_is_not_read_past_its_lock()
    {
        var tools = new FakeTools(_ => new ToolResult(0, """{"virtual-size": 1, "format": "raw"}""", ""));
        await Img(tools).InfoAsync("/d/x", inUse: false, Cancellation);
        Assert.DoesNotContain("--force-share", Assert.Single(tools.Commands));
    }

    [Theory]
    [InlineData("qemu-img: Could not open 'x': Could not open 'x': No such file or directory", DiskProblem.Missing)]
    [InlineData("qemu-img: Could not open 'x': Failed to get shared \"write\" lock\nIs another process using the image [x]?", DiskProblem.InUse)]
    [InlineData("qemu-img: Could not open 'x': Image is not in qcow2 format", DiskProblem.Damaged)]
    [InlineData("qemu-img: x: error while writing: No space left on device", DiskProblem.NoSpace)]
    [InlineData("qemu-img: Could not open 'x': Permission denied", DiskProblem.Other)]
    public async Task What_qemu_img_says_becomes_a_problem_that_somebody_can_act_on(string error, DiskProblem problem)
    {
        var e = await Assert.ThrowsAsync<DiskException>(() => Img(new FakeTools(_ => new ToolResult(1, "", error))).InfoAsync("/d/x", inUse: false, Cancellation));
        Assert.Equal(problem, e.Problem);
        Assert.DoesNotContain("qemu-img:", e.Detail);
    }

    [Theory]
    [InlineData(0, """{"check-errors": 0}""", true, 0)]
    [InlineData(2, """{"check-errors": 0, "corruptions": 3}""", false, 0)]
    [InlineData(3, """{"check-errors": 0, "leaks": 5}""", true, 5)]
    public async Task A_check_tells_damage_from_lost_space(int exitCode, string json, bool isSound, long leaks)
    {
        var check = await Img(new FakeTools(_ => new ToolResult(exitCode, json, ""))).CheckAsync("/d/x", Cancellation);
        Assert.Equal((isSound, leaks), (check.IsSound, check.Leaks));
    }

    [Fact]
    public async Task Nothing_that_is_there_is_written_over()
    {
        var path = Path.GetTempFileName();
        try
        {
            var tools = new FakeTools(_ => new ToolResult(0, "", ""));
            var e = await Assert.ThrowsAsync<DiskException>(() => Img(tools).CreateAsync(path, 1 << 20, Cancellation));
            Assert.Equal(DiskProblem.Exists, e.Problem);
            Assert.Empty(tools.Commands);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_child_names_its_parent_and_its_parents_format()
    {
        var tools = new FakeTools(_ => new ToolResult(0, "", ""));
        await Img(tools).CreateChildAsync("/none/child.qcow2", "/d/base.qcow2", 2048, Cancellation);
        Assert.Equal("create -q -f qcow2 -b /d/base.qcow2 -F qcow2 /none/child.qcow2 2048", Assert.Single(tools.Commands));
    }

    private static QemuImg Img(FakeTools tools) => new(tools, "/usr/bin/qemu-img");
}
