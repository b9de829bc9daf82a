using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.Store;
using Virt.Agent.State;
using Virt.Protocol;
using Virt.Tests.Storage;
using Xunit;

namespace Virt.Tests.Images;

public sealed class ImageCatalogTests : IDisposable
{
    private readonly string first = Directory.CreateTempSubdirectory("virt-images-").FullName;
    private readonly string second = Directory.CreateTempSubdirectory("virt-images-").FullName;
    private readonly ImageCatalog catalog;

    public ImageCatalogTests() => catalog = new ImageCatalog([first, second, Path.Combine(first, "missing")]);

    public void Dispose()
    {
        Directory.Delete(first, recursive: true);
        Directory.Delete(second, recursive: true);
    }

    [Fact]
    public void The_starter_images_recipes_can_be_read()
    {
        Write(first, "vms/starter", File.ReadAllText(RepositoryRoot.File("build", "starter", "guest", "image.json")), "vmlinuz");
        Write(first, "containers/starter", File.ReadAllText(RepositoryRoot.File("build", "starter", "container", "image.json")), "rootfs");
        var vm = catalog.FindVm("starter");
        Assert.True(vm.Manifest.GuestAgent);
        Assert.Contains("{name}", vm.Manifest.Boot!.CommandLine);
        Assert.Equal(Path.Combine(first, "vms", "starter", "vmlinuz"), vm.PathOf(vm.Manifest.Boot.Kernel));
        var container = catalog.FindContainer("STARTER");
        Assert.Equal(["/bin/sh"], container.Manifest.Command);
        Assert.Contains("PATH", container.Manifest.Environment.Keys);
    }

    [Fact]
    public void The_first_root_counts_where_two_have_the_same_name()
    {
        Write(first, "vms/a", """{"description": "first"}""");
        Write(second, "vms/a", """{"description": "second"}""");
        Write(second, "vms/b", "{}");
        Assert.Equal(["a", "b"], catalog.VmNames);
        Assert.Equal("first", catalog.FindVm("a").Manifest.Description);
    }

    [Fact]
    public void A_missing_image_is_an_error_with_the_nearest_name()
    {
        Write(first, "vms/starter", "{}");
        var e = Assert.Throws<VirtException>(() => catalog.FindVm("startr", "Cannot create VM 'web01'"));
        Assert.Equal((ErrorCode.NotFound, "VMImageNotFound", "startr"), (e.Code, e.Id, e.Target));
        Assert.Equal("Cannot create VM 'web01': no VM image is named 'startr'; did you mean 'starter'?", e.Message);
    }

    [Fact]
    public void Without_a_near_name_the_error_lists_what_there_is()
    {
        Write(first, "containers/alpha", "{}");
        Write(first, "containers/beta", "{}");
        Assert.EndsWith("(there are 'alpha', 'beta').", Assert.Throws<VirtException>(() => catalog.FindContainer("something-else")).Message);
        Assert.EndsWith("(there are none).", Assert.Throws<VirtException>(() => catalog.FindVm("x")).Message);
    }

    [Theory]
    [InlineData("../vms/starter")]
    [InlineData("starter/")]
    [InlineData(".")]
    public void A_path_is_no_name(string name)
    {
        Write(first, "vms/starter", "{}");
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<VirtException>(() => catalog.FindVm(name)).Code);
    }

    [Fact]
    public void A_manifest_leads_to_nothing_outside_its_folder()
    {
        Write(first, "vms/a", """{"boot": {"kernel": "../b/vmlinuz"}}""");
        Write(first, "vms/b", "{}", "vmlinuz");
        var image = catalog.FindVm("a");
        Assert.Equal("ImageIncomplete", Assert.Throws<VirtException>(() => image.PathOf(image.Manifest.Boot!.Kernel)).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"boot": {}}""")]
    public void A_damaged_manifest_is_an_error_that_names_the_file(string json)
    {
        Write(first, "vms/a", json);
        var e = Assert.Throws<VirtException>(() => catalog.FindVm("a"));
        Assert.Equal(ErrorCode.DataLoss, e.Code);
        Assert.Contains(Path.Combine(first, "vms", "a", "image.json"), e.Message);
    }

    [Fact]
    public async Task Get_gives_what_matches_and_an_error_for_each_literal_name_without_an_image()
    {
        Write(first, "vms/starter", """{"boot": {"kernel": "k"}, "guestAgent": true, "architecture": "x64"}""", "k");
        Write(first, "vms/disk", """{"disk": "d"}""", "d");
        Write(first, "vms/broken", "{");
        var call = new Call(NoSink.Instance, "0", whatIf: false, TestContext.Current.CancellationToken);
        using var state = new StateStore(Path.Combine(first, "virt.db"));
        var store = new ImageStore(first, state.Images, UnpackLimit.Default, "boot", TimeProvider.System);
        var service = new ImageService(catalog, store, new FakeTools(static _ => new ToolResult(1, "", "")), TimeProvider.System);
        var list = await service.GetVMImageAsync(new GetVMImage { Names = ["s*", "disk", "nope", "z*", "broken"] }, call);
        Assert.Equal(["disk", "starter"], list.Items.Select(static i => i.Name));
        Assert.Equal(["disk", "kernel"], list.Items.Select(static i => i.BootKind));
        Assert.Equal(["VMImageNotFound", "ImageDamaged"], list.Errors.Select(static e => e.Id));
        Assert.True(list.Items[1].SizeBytes > 0);
    }

    private static void Write(string root, string folder, string json, params string[] files)
    {
        var path = Directory.CreateDirectory(Path.Combine(root, folder)).FullName;
        File.WriteAllText(Path.Combine(path, "image.json"), json);
        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(path, file), file);
        }
    }
}
