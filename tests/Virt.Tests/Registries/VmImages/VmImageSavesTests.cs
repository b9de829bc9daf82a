using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.VmImages;
using Virt.Agent.Registries;
using Virt.Agent.Registries.VmImages;
using Virt.Agent.Storage;
using Virt.Protocol;
using Virt.Tests.Storage;
using Xunit;

namespace Virt.Tests.Registries.VmImages;

/// <summary>An image comes whole, and is the one that was wanted, or nothing comes.</summary>
public sealed class VmImageSavesTests : IAsyncDisposable
{
    private readonly FakeRegistry server = new();
    private readonly Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private readonly string folder = Directory.CreateTempSubdirectory("vm-images-").FullName;
    private readonly byte[] disk = Qcow2(700_000);
    private readonly FakeTools tools = new(Run);
    private readonly ImageCatalog catalog;
    private readonly RegistryHttp http;
    private readonly VmImageSaves saves;

    public VmImageSavesTests()
    {
        var options = new RegistryOptions { FirstWait = TimeSpan.FromMilliseconds(1), Attempts = 3 };
        options.PlainHttp.Add(server.Host);
        http = new RegistryHttp(options, TimeProvider.System);
        catalog = new ImageCatalog([folder]);
        var store = new VmImageStore(Path.Combine(folder, "vms"), catalog);
        saves = new VmImageSaves(http, store, new VmImageService(catalog, store), new QemuImg(tools, "qemu-img"), Partial, "x64", TimeProvider.System);
        server.Answer = Serve;
        files["/d.qcow2"] = disk;
    }

    private string Partial => Path.Combine(folder, "partial");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_disk_comes_by_its_address_and_its_checksum()
    {
        var saved = await SaveAsync(new SaveVMImage { Name = "debian/12", Uri = server.Url + "/d.qcow2", Checksum = Sha256(disk), GuestAgent = true });
        Assert.Equal(("debian/12", server.Url + "/d.qcow2", Sha256(disk), true, true, 64L << 20), (saved.Name, saved.Source, saved.Checksum, saved.CloudInit, saved.GuestAgent, saved.VirtualSizeBytes));
        Assert.Equal(disk, await File.ReadAllBytesAsync(Path.Combine(saved.Path, "disk.qcow2"), Cancellation));
        Assert.Empty(Directory.GetFiles(Partial));

        // It is there: nobody is asked again but for the checksum, which was given.
        server.Requests.Clear();
        Assert.Equal(saved.AddedTime, (await SaveAsync(new SaveVMImage { Name = "debian/12", Uri = server.Url + "/d.qcow2", Checksum = Sha256(disk) })).AddedTime);
        Assert.Empty(server.Requests);
        files["/e.qcow2"] = Qcow2(10_000);
        Assert.Equal("VMImageAlreadyExists", (await RefusedAsync(new SaveVMImage { Name = "debian/12", Uri = server.Url + "/e.qcow2", Checksum = Sha256(files["/e.qcow2"]) })).Id);
    }

    [Fact]
    public async Task A_list_beside_it_has_its_checksum()
    {
        files["/SHA512SUMS"] = Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(SHA512.HashData(disk))}  d.qcow2\n");
        var saved = await SaveAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/d.qcow2", ChecksumUri = server.Url + "/SHA512SUMS" });
        Assert.StartsWith("sha512:", saved.Checksum, StringComparison.Ordinal);
        Assert.Equal("ChecksumNotFound", (await RefusedAsync(new SaveVMImage { Name = "b", Uri = server.Url + "/e.qcow2", ChecksumUri = server.Url + "/SHA512SUMS" })).Id);
    }

    [Fact]
    public async Task A_server_says_what_it_has()
    {
        files["/streams/v1/index.json"] = Encoding.UTF8.GetBytes(SimpleStreamsTests.Index);
        files["/streams/v1/images.json"] = Encoding.UTF8.GetBytes(SimpleStreamsTests.Products("amd64", Sha256(disk)["sha256:".Length..], disk.Length));
        files["/images/new/disk.qcow2"] = disk;
        var forecast = await SaveAsync(new SaveVMImage { Name = "debian/12/cloud", Server = server.Url }, whatIf: true);
        Assert.Equal((disk.Length, server.Url + "/images/new/disk.qcow2"), (forecast.SizeBytes, forecast.Source));
        Assert.Empty(catalog.VmNames);
        var saved = await SaveAsync(new SaveVMImage { Name = "debian/12/cloud", Server = server.Url });
        Assert.Equal("Debian bookworm cloud, 20261129_05:24", saved.Description);
        var error = await RefusedAsync(new SaveVMImage { Name = "debian/12/clod", Server = server.Url });
        Assert.Equal(("VMImageNotFound", $"Save-VMImage debian/12/cloud -Server {server.Url}"), (error.Id, error.RecommendedAction));
        Assert.EndsWith("did you mean 'debian/12/cloud'?", error.Message, StringComparison.Ordinal);

        // It leads to nobody else.
        files["/streams/v1/images.json"] = Encoding.UTF8.GetBytes(SimpleStreamsTests.Products("amd64", Sha256(disk)["sha256:".Length..], 1).Replace("images/new/disk", "https://localhost:1/disk", StringComparison.Ordinal));
        Assert.Equal("ImageServerFailed", (await RefusedAsync(new SaveVMImage { Name = "debian/bookworm/cloud", Server = server.Url })).Id);
    }

    [Fact]
    public async Task What_breaks_off_goes_on_at_its_byte_also_the_next_time()
    {
        var answers = 0;
        server.Answer = request => Interlocked.Increment(ref answers) <= 2 ? Serve(request)! with { CutAfter = 200_000 } : FakeAnswer.Nothing;
        var error = await RefusedAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/d.qcow2", Checksum = Sha256(disk) });
        Assert.Equal(("ImageServerUnreachable", ErrorCode.Unavailable), (error.Id, error.Code));
        Assert.Equal(400_000, new FileInfo(Assert.Single(Directory.GetFiles(Partial))).Length);
        Assert.Empty(catalog.VmNames);

        server.Requests.Clear();
        server.Answer = Serve;
        await SaveAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/d.qcow2", Checksum = Sha256(disk) });
        Assert.Equal("bytes=400000-", Assert.Single(server.Requests)["Range"]);
        Assert.Equal("a", Assert.Single(catalog.VmNames));
    }

    [Fact]
    public async Task A_server_that_knows_no_ranges_and_a_file_that_was_another_begin_anew()
    {
        var key = Path.Combine(Partial, "vm-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Sha256(disk)))));
        Directory.CreateDirectory(Partial);
        await File.WriteAllBytesAsync(key, disk[..1000], Cancellation);
        server.Answer = _ => new FakeAnswer(200, disk);
        await SaveAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/d.qcow2", Checksum = Sha256(disk) });

        // The first bytes are of something else: that is found when all are there.
        server.Answer = Serve;
        await File.WriteAllBytesAsync(key, new byte[1000], Cancellation);
        await SaveAsync(new SaveVMImage { Name = "b", Uri = server.Url + "/d.qcow2", Checksum = Sha256(disk) });

        // More is there than the file has.
        await File.WriteAllBytesAsync(key, new byte[disk.Length + 1], Cancellation);
        await SaveAsync(new SaveVMImage { Name = "c", Uri = server.Url + "/d.qcow2", Checksum = Sha256(disk) });
        Assert.Equal(["a", "b", "c"], catalog.VmNames);
        Assert.Empty(Directory.GetFiles(Partial));
    }

    [Fact]
    public async Task What_is_another_file_than_was_wanted_is_not_kept()
    {
        var error = await RefusedAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/d.qcow2", Checksum = "sha256:" + new string('0', 64) });
        Assert.Equal(("DigestMismatch", ErrorCode.DataLoss), (error.Id, error.Code));
        Assert.Contains(Sha256(disk), error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Partial));
        Assert.Empty(catalog.VmNames);
    }

    [Fact]
    public async Task A_raw_disk_becomes_a_qcow2_image_and_what_is_neither_is_said_to_be_what_it_is()
    {
        var raw = new byte[4096];
        (raw[510], raw[511]) = (0x55, 0xAA);
        files["/d.raw"] = raw;
        files["/d.xz"] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 0];
        files["/bad.qcow2"] = Qcow2(1000, backing: 2);
        await SaveAsync(new SaveVMImage { Name = "raw", Uri = server.Url + "/d.raw", Checksum = Sha256(raw) });
        Assert.Contains(tools.Commands, static command => command.StartsWith("convert -p -f raw -O qcow2 ", StringComparison.Ordinal));
        var packed = await RefusedAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/d.xz", Checksum = Sha256(files["/d.xz"]) });
        Assert.Equal(("ImageFormatNotSupported", true), (packed.Id, packed.Message.Contains("packed by xz", StringComparison.Ordinal)));

        // One that names another file as the one that it stands on is never opened.
        tools.Commands.Clear();
        Assert.Equal("ImageDamaged", (await RefusedAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/bad.qcow2", Checksum = Sha256(files["/bad.qcow2"]) })).Id);
        Assert.Empty(tools.Commands);
        Assert.Equal(["raw"], catalog.VmNames);
        Assert.Empty(Directory.GetFiles(Partial));
    }

    [Fact]
    public async Task Nobody_is_asked_without_TLS_that_the_admin_has_not_named_also_not_by_a_redirect()
    {
        Assert.Equal("PlainHttpNotAllowed", (await RefusedAsync(new SaveVMImage { Name = "a", Uri = "http://127.0.0.1:1/d", Checksum = Sha256(disk) })).Id);
        Assert.Equal("PlainHttpNotAllowed", (await RefusedAsync(new SaveVMImage { Name = "a", Server = "http://127.0.0.1:1/" })).Id);
        server.Answer = static _ => new FakeAnswer(302, "", ("Location", "http://127.0.0.1:1/d"));
        Assert.Equal("ImageServerFailed", (await RefusedAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/d.qcow2", Checksum = Sha256(disk) })).Id);
        server.Answer = request => request.Path == "/moved" ? new FakeAnswer(302, "", ("Location", "/d.qcow2")) : Serve(request);
        Assert.Equal(server.Url + "/moved", (await SaveAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/moved", Checksum = Sha256(disk) })).Source);
    }

    [Theory]
    [InlineData("", "", "", "InvalidImageSource")]
    [InlineData("ftp://a/b", "sha256:0", "", "InvalidUri")]
    [InlineData("d.qcow2", "sha256:0", "", "InvalidUri")]
    [InlineData("https:" + "//ann:secret@localhost/b", "sha256:0", "", "InvalidUri")]
    [InlineData("https://localhost/b", "", "", "ChecksumRequired")]
    [InlineData("https://localhost/b", "sha256:0", "", "InvalidChecksum")]
    [InlineData("https://localhost/b", "sha256:0", "https://localhost/c", "ChecksumRequired")]
    public async Task What_does_not_say_which_disk_is_wanted_is_refused(string uri, string checksum, string sums, string id)
    {
        var error = await RefusedAsync(new SaveVMImage { Name = "a", Uri = uri, Checksum = checksum, ChecksumUri = sums });
        Assert.Equal((id, ErrorCode.InvalidArgument), (error.Id, error.Code));
        Assert.StartsWith("Cannot save VM image 'a': ", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction!);
    }

    [Theory]
    [InlineData(404, "ImageFileNotFound", 1)]
    [InlineData(403, "ImageServerFailed", 1)]
    [InlineData(503, "ImageServerFailed", 3)]
    public async Task A_server_that_cannot_is_asked_again_only_where_that_may_help(int status, string id, int times)
    {
        server.Answer = _ => new FakeAnswer(status, "");
        Assert.Equal(id, (await RefusedAsync(new SaveVMImage { Name = "a", Uri = server.Url + "/d.qcow2", Checksum = Sha256(disk) })).Id);
        Assert.Equal(times, server.Requests.Count);
    }

    private FakeAnswer? Serve(FakeRequest request)
    {
        if (!files.TryGetValue(request.Path, out var file))
        {
            return new FakeAnswer(404, "");
        }

        if (request["Range"] is not { } range)
        {
            return new FakeAnswer(200, file);
        }

        var from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        return from >= file.Length
            ? new FakeAnswer(416, "", ("Content-Range", $"bytes */{file.Length}"))
            : new FakeAnswer(206, file[from..], ("Content-Range", $"bytes {from}-{file.Length - 1}/{file.Length}"));
    }

    private Task<VMImage> SaveAsync(SaveVMImage request, bool whatIf = false) => saves.SaveAsync(request, new Call(NoSink.Instance, "0", whatIf, Cancellation));

    private Task<VirtException> RefusedAsync(SaveVMImage request) => Assert.ThrowsAsync<VirtException>(() => SaveAsync(request));

    private static string Sha256(byte[] bytes) => FakeRegistry.DigestOf(bytes);

    // The head of an image of 64 MB, and bytes.
    private static byte[] Qcow2(int length, byte backing = 0)
    {
        var image = RandomNumberGenerator.GetBytes(length);
        byte[] head = [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, backing, 0, .. new byte[8], 0, 0, 0, 0, 4, 0, 0, 0, .. new byte[72]];
        head.CopyTo(image, 0);
        return image;
    }

    // qemu-img as far as it is asked.
    private static ToolResult Run(IReadOnlyList<string> arguments)
    {
        if (arguments[0] == "convert")
        {
            File.Copy(arguments[^2], arguments[^1]);
        }

        return new ToolResult(0, "{}", "");
    }
}
