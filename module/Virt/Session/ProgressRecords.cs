using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>Turns the agent's progress into PowerShell's.</summary>
internal static class ProgressRecords
{
    /// <summary>Makes the record that Write-Progress shows.</summary>
    /// <param name="activity">Tells the bars of several calls apart.</param>
    /// <param name="info">What the agent reported.</param>
    public static ProgressRecord From(int activity, ProgressInfo info) =>
        new(activity, info.Activity.Length > 0 ? info.Activity : "Working", info.Status.Length > 0 ? info.Status : " ")
        {
            PercentComplete = info.PercentComplete is { } percent ? System.Math.Min(100, System.Math.Max(0, percent)) : -1,
            SecondsRemaining = info.TimeLeft is { } left ? (int)left.TotalSeconds : -1,
            CurrentOperation = Rates(info),
        };

    private static string? Rates(ProgressInfo info) => (info.BytesPerSecond, info.DirtyBytesPerSecond) switch
    {
        ({ } rate, { } dirty) => $"{Rate(rate)}, the guest writes {Rate(dirty)}",
        ({ } rate, null) => Rate(rate),
        _ => null,
    };

    private static string Rate(long bytesPerSecond) => bytesPerSecond switch
    {
        >= 1L << 30 => $"{bytesPerSecond / (double)(1L << 30):0.0} GB/s",
        >= 1L << 20 => $"{bytesPerSecond / (double)(1L << 20):0.0} MB/s",
        _ => $"{bytesPerSecond / 1024.0:0.0} KB/s",
    };
}
