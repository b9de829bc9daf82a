using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Virt.Agent.Images.VmImages;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Registries;

/// <summary>Images of machines come from a web server, by real qemu-img, whatever ends the agent meanwhile.</summary>
public sealed class VmImageSaveTests
{
    private static readonly string[] PlainHttp = ["--registry-plain-http", "localhost:5080"];

    [Fact]
    public async Task An_image_comes_from_a_server_and_machines_are_made_of_it()
    {
        await using var host = await TestHost.StartAsync(PlainHttp);
        using var site = await VmImageSite.StartAsync(host);
        var progress = new Recorder();
        var saved = host.Invoke(Methods.SaveVMImage, new SaveVMImage { Name = "alpine/edge/cloud", Server = site.Address }, progress);
        var sum = VmImageSite.Sha256(Path.Combine(site.Folder, "debian-12.qcow2"));
        Assert.Equal(("Alpine edge cloud, 20261129_13:00", $"sha256:{sum}", $"{site.Address}/debian-12.qcow2", 64L << 20, "qcow2"), (saved.Description, saved.Checksum, saved.Source, saved.VirtualSizeBytes, saved.Format));
        Assert.Equal(sum, VmImageSite.Sha256(Path.Combine(saved.Path, "disk.qcow2")));
        Assert.Contains(progress.Reports, static report => report is { PercentComplete: 100 });
        Assert.Contains(progress.Reports, static report => report.Activity == "Saving VM image 'alpine/edge/cloud'" && report.BytesPerSecond > 0);

        // Every machine of it is told who it is.
        var made = host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "alpine/edge/cloud", Generation = 1, MemoryStartupBytes = 32L << 20 });
        Assert.Equal((64L << 20, saved.Path + "/disk.qcow2"), (made.DiskSizeBytes, await host.BackingOfAsync(made.DiskPath)));
        host.Start("web01");
        Assert.True(File.Exists(Path.Combine(host.RunFolder, "vms", made.Id.ToString("N"), "seed.iso")));
        Assert.Equal("web01", Assert.Single(Find(host).UsedBy));
        Assert.Equal("VMImageInUse", host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = "alpine/edge/cloud" }).Id);

        // A raw one, by its address and a list.
        var disk = Path.Combine(site.Folder, "raw.img");
        await host.RunAsync("sh", "-c", $"truncate -s 8M '{disk}' && printf '\\125\\252' | dd of='{disk}' bs=1 seek=510 conv=notrunc status=none && cd '{site.Folder}' && sha256sum raw.img > SHA256SUMS");
        var raw = host.Invoke(Methods.SaveVMImage, new SaveVMImage { Name = "raw", Uri = site.Address + "/raw.img", ChecksumUri = site.Address + "/SHA256SUMS" });
        Assert.Equal((8L << 20, ""), (raw.VirtualSizeBytes, (await host.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "qcow2", disk, Path.Combine(raw.Path, "disk.qcow2"))).Replace("Images are identical.", "", StringComparison.Ordinal).Trim()));
    }

    [Fact]
    public async Task An_image_of_another_CPU_is_said_to_be_one_and_machines_of_that_CPU_are_made_of_it()
    {
        await using var host = await TestHost.StartAsync(PlainHttp);
        using var site = await VmImageSite.StartAsync(host);
        var other = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? VMArchitecture.X64 : VMArchitecture.Arm64;
        var text = other == VMArchitecture.X64 ? "x64" : "arm64";
        var request = new SaveVMImage { Name = "debian/12", Uri = site.Address + "/debian-12.qcow2", ChecksumUri = site.Address + "/SHA512SUMS", Architecture = other };
        Assert.Equal(text, host.Invoke(Methods.SaveVMImage, request).Architecture);
        Assert.Equal(text, host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "debian/12", Architecture = other }).Architecture);
        var refused = host.Refused(Methods.NewVM, new NewVM { Name = "web02", Image = "debian/12" });
        Assert.Equal(("ArchitectureNotSupported", $"New-VM -Name web02 -Image debian/12 -Architecture {other}"), (refused.Id, refused.RecommendedAction));

        // What is there under that name for one CPU is not taken for the same disk for another; and the server has none of it.
        Assert.Equal(text, host.Invoke(Methods.SaveVMImage, request).Architecture);
        Assert.Equal(ErrorCode.AlreadyExists, host.Refused(Methods.SaveVMImage, request with { Architecture = VMArchitecture.Host }).Code);
        Assert.Equal(ErrorCode.NotFound, host.Refused(Methods.SaveVMImage, new SaveVMImage { Name = "alpine/edge/cloud", Server = site.Address, Architecture = other }).Code);
        Assert.Equal("InvalidArchitecture", host.Refused(Methods.SaveVMImage, request with { Architecture = (VMArchitecture)9 }).Id);
    }

    [Fact]
    public async Task Whatever_ends_the_agent_leaves_the_image_or_none_and_the_next_attempt_brings_it()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(PlainHttp);
        using var site = await VmImageSite.StartAsync(host);
        foreach (var point in VmImageFaults.Save)
        {
            await host.KillAgentAsync();
            host.Faults = point + "=kill";
            await host.StartAgentAsync(PlainHttp);
            Assert.Throws<VirtException>(() => Save(host, site));
            await host.EndedByFaultAsync();
            host.Faults = "";
            await host.StartAgentAsync(PlainHttp);
            var found = host.Invoke(Methods.GetVMImage, new GetVMImage()).Items.Where(static image => image.Source.Length > 0).ToList();
            Assert.Equal((point, point == VmImageFaults.Named), (point, found.Count == 1));
            Assert.DoesNotContain(Directory.GetFileSystemEntries(Directory.CreateDirectory(Path.Combine(host.StateFolder, "images", "vms")).FullName).Select(Path.GetFileName), static name => name!.StartsWith('.'));

            Save(host, site);
            Assert.Equal(VmImageSite.Sha256(Path.Combine(site.Folder, "debian-12.qcow2")), VmImageSite.Sha256(Path.Combine(Find(host).Path, "disk.qcow2")));
            await host.RunAsync("qemu-img", "check", "-q", Path.Combine(Find(host).Path, "disk.qcow2"));
            host.Invoke(Methods.RemoveVMImage, new RemoveVMImage { Name = "alpine/edge/cloud" });
        }
    }

    [Fact]
    public async Task Nothing_comes_without_TLS_by_itself()
    {
        await using var host = await TestHost.StartAsync();
        using var site = await VmImageSite.StartAsync(host);
        var refused = host.Refused(Methods.SaveVMImage, new SaveVMImage { Name = "a", Server = site.Address });
        Assert.Equal(("PlainHttpNotAllowed", "Put this into VIRT_AGENT_OPTIONS: --registry-plain-http localhost:5080"), (refused.Id, refused.RecommendedAction));
    }

    private static VMImage Save(TestHost host, VmImageSite site) => host.Invoke(Methods.SaveVMImage, new SaveVMImage { Name = "alpine/edge/cloud", Server = site.Address });

    private static VMImage Find(TestHost host) => Assert.Single(host.Invoke(Methods.GetVMImage, new GetVMImage { Names = ["alpine/edge/cloud"] }).Items);

    private sealed class Recorder : ICallObserver
    {
        public List<ProgressInfo> Reports { get; } = [];

        public void OnProgress(ProgressInfo progress) => Reports.Add(progress);

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Protocol.Wire.Message message)
        {
        }
    }
}
