using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;

namespace Virt.IntegrationTests.Registries;

/// <summary>A web server on a test host's loopback with disks of machines: by their addresses, with a list of checksums, and in the form of Linux Containers' server. It ends with the host.</summary>
internal sealed class VmImageSite : IDisposable
{
    private VmImageSite(string address) => Address = address;

    /// <summary><c>http://localhost:5080</c>.</summary>
    public string Address { get; }

    /// <summary>What it serves; not in the host's own folder, which must be empty at its end.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("vs-").FullName;

    public static async Task<VmImageSite> StartAsync(TestHost host, int port = 5080)
    {
        var site = new VmImageSite($"http://localhost:{port}");
        var disk = Path.Combine(site.Folder, "debian-12.qcow2");
        await host.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", disk, "64M");
        await host.RunAsync("qemu-io", "-c", "write -P 7 1M 3M", disk);
        await host.RunAsync("sh", "-c", $"cd '{site.Folder}' && sha512sum debian-12.qcow2 > SHA512SUMS");
        var arch = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        Directory.CreateDirectory(Path.Combine(site.Folder, "streams", "v1"));
        await File.WriteAllTextAsync(Path.Combine(site.Folder, "streams", "v1", "index.json"), """{"format": "index:1.0", "index": {"images": {"datatype": "image-downloads", "path": "streams/v1/images.json"}}}""");
        await File.WriteAllTextAsync(Path.Combine(site.Folder, "streams", "v1", "images.json"), $$"""
            {
              "format": "products:1.0",
              "products": {
                "alpine:edge:{{arch}}:cloud": {
                  "aliases": "alpine/edge/cloud", "arch": "{{arch}}", "os": "Alpine", "release_title": "edge", "variant": "cloud",
                  "versions": {
                    "20261101_13:00": { "items": { "disk.qcow2": { "ftype": "disk-kvm.img", "path": "gone.qcow2", "sha256": "{{new string('0', 64)}}" } } },
                    "20261129_13:00": { "items": { "disk.qcow2": { "ftype": "disk-kvm.img", "path": "debian-12.qcow2", "sha256": "{{Sha256(disk)}}", "size": {{new FileInfo(disk).Length}} } } }
                  }
                }
              }
            }
            """);
        host.StartProgram("busybox", "httpd", "-f", "-p", $"127.0.0.1:{port}", "-h", site.Folder);
        await host.RunAsync("sh", "-c", $"for i in $(seq 100); do busybox wget -q -O /dev/null http://127.0.0.1:{port}/SHA512SUMS && exit; sleep 0.05; done; exit 1");
        return site;
    }

    /// <summary>The checksum of a file.</summary>
    public static string Sha256(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
