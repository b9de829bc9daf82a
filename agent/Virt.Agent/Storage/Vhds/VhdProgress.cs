using System;
using System.Globalization;
using System.Text;
using Virt.Agent.Common;

namespace Virt.Agent.Storage.Vhds;

/// <summary>Reads how far qemu-img has come, which it writes over and over as <c>    (12.34/100%)</c>, and reports it.</summary>
/// <param name="call">Is told.</param>
/// <param name="activity">What is being done.</param>
/// <param name="status">The present step.</param>
/// <param name="totalBytes">The disk's size, for the rate.</param>
/// <param name="time">The clock.</param>
internal sealed class VhdProgress(Call call, string activity, string status, long totalBytes, TimeProvider time)
{
    private readonly TransferRate rate = new(time);
    private string rest = "";
    private int last = -1;

    /// <summary>Takes the next part of what it writes, wherever that is cut.</summary>
    public void Read(ReadOnlyMemory<byte> part)
    {
        var text = rest + Encoding.ASCII.GetString(part.Span);
        var end = text.LastIndexOf("/100%)", StringComparison.Ordinal);
        var start = end < 0 ? -1 : text.LastIndexOf('(', end);
        rest = text[(end < 0 ? 0 : end + 1)..];
        if (start >= 0 && double.TryParse(text.AsSpan((start + 1)..end), CultureInfo.InvariantCulture, out var percent))
        {
            Report(percent);
        }
    }

    private void Report(double percent)
    {
        rate.Note((long)(totalBytes * percent / 100));
        if ((int)percent == last)
        {
            return;
        }

        last = (int)percent;
        call.Report(activity, status, Math.Clamp(last, 0, 99), rate.TimeFor((long)(totalBytes * (100 - percent) / 100)), rate.BytesPerSecond);
    }
}
