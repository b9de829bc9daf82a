using System.Text.Json;

namespace Virt.Agent.Vms;

/// <summary>What disks have read and written.</summary>
/// <param name="ReadBytes">Bytes read.</param>
/// <param name="WrittenBytes">Bytes written.</param>
/// <param name="ReadCount">Reads.</param>
/// <param name="WriteCount">Writes.</param>
internal sealed record DiskTraffic(long ReadBytes, long WrittenBytes, long ReadCount, long WriteCount)
{
    /// <summary>Adds up what the answer of query-blockstats says of each device; the layers below one are counted in it.</summary>
    public static DiskTraffic Sum(JsonElement devices)
    {
        var sum = new DiskTraffic(0, 0, 0, 0);
        foreach (var device in devices.EnumerateArray())
        {
            var stats = device.GetProperty("stats");
            sum = new DiskTraffic(
                sum.ReadBytes + stats.GetProperty("rd_bytes").GetInt64(),
                sum.WrittenBytes + stats.GetProperty("wr_bytes").GetInt64(),
                sum.ReadCount + stats.GetProperty("rd_operations").GetInt64(),
                sum.WriteCount + stats.GetProperty("wr_operations").GetInt64());
        }

        return sum;
    }
}
