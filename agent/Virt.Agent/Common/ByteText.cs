using System;

namespace Virt.Agent.Common;

/// <summary>Numbers of bytes in PowerShell's own units, so that they can be typed.</summary>
internal static class ByteText
{
    /// <summary>Such as <c>512MB</c> or <c>1.5GB</c>.</summary>
    public static string Of(long bytes) => bytes switch
    {
        >= 1L << 40 when bytes % (1L << 40) == 0 => FormattableString.Invariant($"{bytes >> 40}TB"),
        >= 1L << 30 => FormattableString.Invariant($"{bytes / (double)(1L << 30):0.##}GB"),
        >= 1L << 20 => FormattableString.Invariant($"{bytes / (double)(1L << 20):0.##}MB"),
        >= 1L << 10 => FormattableString.Invariant($"{bytes / (double)(1L << 10):0.##}KB"),
        _ => FormattableString.Invariant($"{bytes} bytes"),
    };
}
