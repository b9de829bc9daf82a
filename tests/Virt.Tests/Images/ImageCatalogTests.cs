using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.VmImages;
using Virt.Protocol;
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

    [Theory]
    [InlineData("a/1", true)]
    [InlineData("A/1", true)]
    [InlineData("a", false)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("../vms", false)]
    [InlineData(".new", false)]
    public void A_name_is_an_image_only_where_its_folder_is_one(string name, bool isImage)
    {
        Write(first, "vms/a%2F1", """{"disk": "d"}""");
        Write(first, "vms/.new", """{"disk": "d"}""");
        Write(first, "vms", """{"disk": "d"}""");
        Assert.Equal((isImage, false), (catalog.HasVm(name), catalog.HasContainer(name)));
    }

    [Fact]
    public async Task Get_gives_what_matches_and_an_error_for_each_literal_name_without_an_image()
    {
        Write(first, "vms/starter", """{"boot": {"kernel": "k"}, "guestAgent": true, "architecture": "x64"}""", "k");
        Write(first, "vms/disk", """{"disk": "d"}""", "d");
        Write(first, "vms/broken", "{");
        var call = new Call(NoSink.Instance, "0", whatIf: false, TestContext.Current.CancellationToken);
        var service = new VmImageService(catalog, new VmImageStore(Path.Combine(first, "vms"), catalog));
        var list = await service.GetAsync(new GetVMImage { Names = ["s*", "disk", "nope", "z*", "broken"] }, call);
        Assert.Equal(["disk", "starter"], list.Items.Select(static i => i.Name));
        Assert.Equal(["disk", "kernel"], list.Items.Select(static i => i.BootKind));
        Assert.Equal(["VMImageNotFound", "ImageDamaged"], list.Errors.Select(static e => e.Id));
        Assert.True(list.Items[1].SizeBytes > 0);
    }

    [Fact]
    public async Task A_disk_image_says_how_large_it_is_and_where_it_is_from()
    {
        Write(first, "vms/debian%2F12", """{"disk": "d", "source": "https://localhost/b", "checksum": "sha256:00", "added": "2026-11-29T12:00:00+00:00", "cloudInit": true}""");
        File.WriteAllBytes(Path.Combine(first, "vms", "debian%2F12", "d"), [0x51, 0x46, 0x49, 0xFB, .. new byte[20], 0, 0, 0, 0, 0x10, 0, 0, 0]);
        Write(first, "vms/.new-1", """{"disk": "d"}""");
        var store = new VmImageStore(Path.Combine(first, "vms"), catalog);
        store.Watch(static image => image.Name == "debian/12" ? ["web01"] : []);
        var list = await new VmImageService(catalog, store).GetAsync(new GetVMImage(), new Call(NoSink.Instance, "0", whatIf: false, TestContext.Current.CancellationToken));
        var image = Assert.Single(list.Items);
        Assert.Equal(("debian/12", "qcow2", 256L << 20, "https://localhost/b", "sha256:00", true, "web01"), (image.Name, image.Format, image.VirtualSizeBytes, image.Source, image.Checksum, image.CloudInit, image.UsedBy.Single()));
        Assert.Equal(new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero), image.AddedTime);
        Assert.Equal(Path.Combine(first, "vms", "debian%2F12"), image.Path);
        Assert.Equal("debian/12", catalog.FindVm("Debian/12").Name);
    }

    [Fact]
    public async Task What_comes_has_its_name_only_when_all_of_it_is_there_and_what_was_left_half_done_is_ended()
    {
        var folder = Path.Combine(first, "vms");
        var store = new VmImageStore(folder, catalog);
        using (var broken = store.Begin("a"))
        {
            await File.WriteAllTextAsync(broken.Disk, "x", TestContext.Current.CancellationToken);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder));
        using (var whole = store.Begin("a/1"))
        {
            await File.WriteAllTextAsync(whole.Disk, "x", TestContext.Current.CancellationToken);
            Assert.Empty(catalog.VmNames);
            await whole.CommitAsync("save", new VmImageManifest { Disk = "disk.qcow2", Source = "https://localhost", Architecture = "x64" });
        }

        Assert.Equal(("a/1", "https://localhost", false), (catalog.VmNames.Single(), catalog.FindVm("a/1").Manifest.Source, catalog.FindVm("a/1").Manifest.GuestAgent));
        Assert.DoesNotContain("guestAgent", await File.ReadAllTextAsync(Path.Combine(folder, "a%2F1", "image.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("VMImageAlreadyExists", Assert.Throws<VirtException>(() => store.CheckFree("save", "A/1")).Id);
        using (var again = store.Begin("a/1"))
        {
            Assert.Equal("VMImageAlreadyExists", (await Assert.ThrowsAsync<VirtException>(() => again.CommitAsync("save", new VmImageManifest()))).Id);
        }

        // One of these went while a machine needed it, the others nobody knows.
        Directory.Move(Path.Combine(folder, "a%2F1"), Path.Combine(folder, ".removed-a%2F1"));
        Directory.CreateDirectory(Path.Combine(folder, ".removed-b"));
        Directory.CreateDirectory(Path.Combine(folder, ".new-c"));
        store.Watch(static image => image.Name == "a/1" ? ["web01"] : []);
        store.Recover();
        Assert.Equal(["a%2F1"], Directory.GetDirectories(folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("debian/12", true)]
    [InlineData("a+b_c-1.2", true)]
    [InlineData("", false)]
    [InlineData("/a", false)]
    [InlineData("a//b", false)]
    [InlineData("a/../b", false)]
    [InlineData(".new-a", false)]
    [InlineData("a%2Fb", false)]
    public void A_name_of_an_image_is_one_folder(string name, bool isAllowed)
    {
        var store = new VmImageStore(Path.Combine(first, "vms"), catalog);
        if (isAllowed)
        {
            store.CheckFree("save", name);
            Assert.DoesNotContain('/', VmImageName.ToFolder(name));
            Assert.Equal(name, VmImageName.OfFolder(VmImageName.ToFolder(name)));
            return;
        }

        Assert.Equal("InvalidName", Assert.Throws<VirtException>(() => store.CheckFree("save", name)).Id);
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
