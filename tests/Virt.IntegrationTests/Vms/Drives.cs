using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;

namespace Virt.IntegrationTests.Vms;

/// <summary>What the tests say to machines' drives and network adapters.</summary>
internal static class Drives
{
    public static VMDrive Add(this TestHost host, string machine, AddVMDrive request) => host.Invoke(Methods.AddVMDrive, request with { VMName = machine });

    public static VMNetworkAdapter Add(this TestHost host, string machine, AddVMNetworkAdapter request) => host.Invoke(Methods.AddVMNetworkAdapter, request with { VMName = machine });

    public static VMDrive[] DisksOf(this TestHost host, string machine) => host.Invoke(Methods.GetVMDrive, new GetVMDrive { VMNames = [machine] }).Items;

    public static VMDrive[] DvdsOf(this TestHost host, string machine) => host.Invoke(Methods.GetVMDrive, new GetVMDrive { VMNames = [machine], Type = VMDriveType.Dvd }).Items;

    /// <summary>Waits until the guest has a disk of that name and size.</summary>
    public static Task SeesAsync(this TestHost host, string machine, string disk, long sizeBytes) => Poll.UntilAsync(
        () => host.Run(machine, $"cat /sys/block/{disk}/size 2>/dev/null || true") == (sizeBytes / 512).ToString(CultureInfo.InvariantCulture),
        $"{disk} of {sizeBytes} bytes");

    /// <summary>Operations and bytes a second that QEMU lets the first disk have.</summary>
    public static async Task<(long Iops, long BytesPerSecond)> LimitsAsync(this TestHost host, string machine)
    {
        var devices = await host.AskQemuAsync(machine, "query-block");
        var disk = devices.EnumerateArray().Single(static device => device.GetProperty("qdev").GetString()!.Contains("vda", StringComparison.Ordinal)).GetProperty("inserted");
        return (disk.GetProperty("iops").GetInt64(), disk.GetProperty("bps").GetInt64());
    }

    /// <summary>What QEMU answers to a command on its monitor: asked while no agent is there, which is the one that may be.</summary>
    public static async Task<JsonElement> AskQemuAsync(this TestHost host, string machine, string command)
    {
        var id = host.Get(machine).Id;
        await host.StopAgentAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(host.RunFolder, "vms", id.ToString("N"), "qmp")));
        await using (var stream = new NetworkStream(socket, ownsSocket: false))
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{{\"execute\":\"qmp_capabilities\"}}\n{{\"execute\":\"{command}\",\"id\":1}}\n"));
            while (true)
            {
                using var answer = JsonDocument.Parse((await reader.ReadLineAsync())!);
                if (answer.RootElement.TryGetProperty("id", out _))
                {
                    var found = answer.RootElement.GetProperty("return").Clone();
                    socket.Close();
                    await host.StartAgentAsync();
                    return found;
                }
            }
        }
    }
}
