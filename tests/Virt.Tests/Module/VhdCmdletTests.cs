using System;
using System.Linq;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

public sealed class VhdCmdletTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02").WithContainers("job");
    private readonly Shell shell;

    public VhdCmdletTests()
    {
        agent.VMs[0].DiskPath = "/d/web01.qcow2";
        agent.On(Methods.NewVHD, static (request, _) => new VHD { Path = request.Path });
        agent.On(Methods.GetVHD, static (request, _) => new VHDList { Items = [.. request.Paths.Select(static path => new VHD { Path = path.Replace("*", "a", StringComparison.Ordinal) })] });
        agent.On(Methods.ResizeVHD, static (request, _) => new VHD { Path = request.Path, SizeBytes = request.SizeBytes });
        agent.On(Methods.ConvertVHD, static (request, _) => new VHD { Path = request.DestinationPath });
        shell = new Shell(agent);
    }

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Theory]
    [InlineData("New-VHD /a.qcow2 1GB", VHDType.Dynamic, 1L << 30, "")]
    [InlineData("New-VHD -Path /a.qcow2 -SizeBytes 1GB -Dynamic", VHDType.Dynamic, 1L << 30, "")]
    [InlineData("New-VHD /a.qcow2 -SizeBytes 1GB -Fixed", VHDType.Fixed, 1L << 30, "")]
    [InlineData("New-VHD /a.qcow2 /p.qcow2 -Differencing", VHDType.Differencing, 0L, "/p.qcow2")]
    [InlineData("New-VHD /a.qcow2 -ParentPath /p.qcow2 -SizeBytes 2GB", VHDType.Differencing, 2L << 30, "/p.qcow2")]
    [InlineData("[pscustomobject]@{ Path = '/a.qcow2'; SizeBytes = '1GB' } | New-VHD -Fixed", VHDType.Fixed, 1L << 30, "")]
    public void New_VHD_has_the_parameter_sets_of_Hyper_V(string script, VHDType type, long size, string parent)
    {
        Assert.Equal("/a.qcow2", Assert.Single(shell.Run<VHD>(script)).Path);
        Assert.Empty(shell.Errors);
        var request = (NewVHD)Assert.Single(agent.CallsOf(Methods.NewVHD)).Request;
        Assert.Equal((type, size, parent), (request.Type, request.SizeBytes, request.ParentPath));
    }

    [Theory]
    [InlineData("Resize-VHD /d/a.qcow2 2GB", "/d/a.qcow2")]
    [InlineData("Resize-VHD /d/a.qcow2, /d/b.raw 2GB", "/d/a.qcow2 /d/b.raw")]
    [InlineData("Resize-VHD /d/*.qcow2 2GB", "/d/a.qcow2")]
    [InlineData("'/d/a.qcow2' | Resize-VHD -SizeBytes 2GB", "/d/a.qcow2")]
    [InlineData("Get-VM web01 | Resize-VHD -SizeBytes 2GB", "/d/web01.qcow2")]
    [InlineData("Get-VHD /d/a.qcow2 | Resize-VHD -SizeBytes 2GB", "/d/a.qcow2")]
    [InlineData("[pscustomobject]@{ Path = '/d/a.qcow2' } | Resize-VHD -SizeBytes 2GB", "/d/a.qcow2")]
    public void A_path_comes_from_strings_patterns_machines_objects_and_rows(string script, string paths)
    {
        Assert.Empty(shell.Run(script));
        Assert.Empty(shell.Errors);
        Assert.Equal(paths, string.Join(' ', agent.CallsOf(Methods.ResizeVHD).Select(static call => ((ResizeVHD)call.Request).Path)));
    }

    [Theory]
    [InlineData("Get-Container job | Resize-VHD -SizeBytes 2GB")]
    [InlineData("Get-VM web02 | Resize-VHD -SizeBytes 2GB")]
    public void What_has_no_disk_is_no_path(string script)
    {
        shell.Run(script);
        Assert.NotEmpty(shell.Errors);
        Assert.Empty(agent.CallsOf(Methods.ResizeVHD));
    }

    [Fact]
    public void Shrinking_warns_and_growing_does_not()
    {
        shell.Run("Resize-VHD /d/a.qcow2 2GB");
        Assert.Empty(shell.Host.Warnings);
        shell.Run("Resize-VHD /d/a.qcow2 1GB -AllowShrink -Confirm:$false");
        Assert.Contains("is lost", Assert.Single(shell.Host.Warnings), StringComparison.Ordinal);
        Assert.Equal([false, true], agent.CallsOf(Methods.ResizeVHD).Select(static call => ((ResizeVHD)call.Request).AllowShrink));
    }

    [Fact]
    public void Convert_VHD_says_format_and_type_only_where_they_are_said()
    {
        shell.Run("Convert-VHD /d/a.qcow2 /d/b.vmdk; Convert-VHD /d/a.qcow2 -DestinationPath /d/b.raw -VHDFormat raw -VHDType fixed -DeleteSource");
        Assert.Empty(shell.Errors);
        var asked = agent.CallsOf(Methods.ConvertVHD).Select(static call => (ConvertVHD)call.Request).Select(static request => (request.DestinationPath, request.Format, request.Type, request.DeleteSource));
        Assert.Equal([("/d/b.vmdk", VHDFormat.Unknown, VHDType.Unknown, false), ("/d/b.raw", VHDFormat.Raw, VHDType.Fixed, true)], asked);
    }
}
