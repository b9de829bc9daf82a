using System;
using System.Globalization;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>How many workloads are worked on at once: a number, or a share of them.</summary>
public static class BatchSize
{
    /// <summary>The number for so many workloads: at least 1; a share is rounded down.</summary>
    /// <exception cref="VirtException">InvalidArgument: neither a number from 1 nor 1% to 100%.</exception>
    public static int Of(string text, int workloads)
    {
        var trimmed = text.Trim();
        if (trimmed.EndsWith('%')
            && int.TryParse(trimmed[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            && percent is >= 1 and <= 100)
        {
            return Math.Max(1, (int)((long)workloads * percent / 100));
        }

        return int.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1
            ? count
            : throw new VirtException(ErrorCode.InvalidArgument, "InvalidBatchSize", $"Cannot patch in batches of '{text}': a number from 1, or a share from 1% to 100% is required.", text, "Invoke-Patch -BatchSize 25%");
    }
}
