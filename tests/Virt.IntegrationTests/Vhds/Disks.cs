using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vhds;

/// <summary>What the tests say to a host's disk images, in one line each.</summary>
internal static class Disks
{
    public const long Size = 16L << 20;

    public static string PathOf(this TestHost host, string name) => Path.Combine(host.Files, name);

    public static VHD NewDisk(this TestHost host, string name, VHDType type = VHDType.Dynamic, string parent = "", long size = Size) =>
        host.Invoke(Methods.NewVHD, new NewVHD { Path = host.PathOf(name), SizeBytes = parent.Length > 0 ? 0 : size, Type = type, ParentPath = parent.Length > 0 ? host.PathOf(parent) : "" });

    public static VHD Disk(this TestHost host, string name) => Assert.Single(host.Invoke(Methods.GetVHD, new GetVHD { Paths = [host.PathOf(name)] }).Items);

    /// <summary>Writes bytes of one value into an image: QEMU's own program, not ours.</summary>
    public static Task WriteAsync(this TestHost host, string name, int value, string start, string length, string format = "qcow2") =>
        host.RunAsync("qemu-io", "-f", format, "-c", $"write -P {value} {start} {length}", host.PathOf(name));

    /// <summary>Reads them again, which must be so.</summary>
    public static async Task ReadAsync(this TestHost host, string name, int value, string start, string length, string format = "qcow2") =>
        Assert.DoesNotContain("failed", await host.RunAsync("qemu-io", "-r", "-f", format, "-c", $"read -P {value} {start} {length}", host.PathOf(name)));

    /// <summary>Two images hold the same, by qemu-img's word.</summary>
    public static Task AreSameAsync(this TestHost host, string first, string firstFormat, string second, string secondFormat) =>
        host.RunAsync("qemu-img", "compare", "-f", firstFormat, "-F", secondFormat, host.PathOf(first), host.PathOf(second));

    /// <summary>Everything in the folder of the tests, by name.</summary>
    public static string Listing(this TestHost host) => string.Join(' ', Directory.EnumerateFileSystemEntries(host.Files).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    /// <summary>Keeps the percents that a call reports.</summary>
    public sealed class Percents : ICallObserver
    {
        public List<int?> All { get; } = [];

        public void OnProgress(ProgressInfo progress) => All.Add(progress.PercentComplete);

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Protocol.Wire.Message message)
        {
        }
    }
}
