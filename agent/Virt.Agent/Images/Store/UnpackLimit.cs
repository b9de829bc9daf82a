using System;
using System.Threading;
using Virt.Protocol;

namespace Virt.Agent.Images.Store;

/// <summary>How much a layer may unpack to. Counted are the archive's bytes, the holes of sparse files, and what a file takes however short it is.</summary>
/// <param name="MaximumBytes">What no layer may exceed.</param>
public sealed record UnpackLimit(long MaximumBytes)
{
    /// <summary>What a layer may unpack to for each byte that came: what programs and their data are compressed to is rarely a tenth, zeros a thousandth.</summary>
    public const int MaximumRatio = 100;

    /// <summary>The limit where the agent is not told another: 32 GB.</summary>
    public static UnpackLimit Default { get; } = new(32L << 30);

    private const int AnyRatioShare = 32;

    /// <summary>Begins to count for a layer.</summary>
    /// <param name="title">What is unpacked, for the error: <c>layer 'sha256:…'</c>.</param>
    /// <param name="target">What the error is about.</param>
    /// <param name="packedBytes">How many bytes came. A thirty-second of the limit may be unpacked whatever the ratio.</param>
    internal Count Begin(string title, string target, long packedBytes) =>
        new(title, target, packedBytes, Math.Min(MaximumBytes, Math.Max(MaximumBytes / AnyRatioShare, packedBytes > long.MaxValue / MaximumRatio ? long.MaxValue : packedBytes * MaximumRatio)));

    /// <summary>What a layer has unpacked to so far. For any threads.</summary>
    internal sealed class Count(string title, string target, long packedBytes, long most)
    {
        private long sum;

        /// <exception cref="VirtException">ResourceExhausted, LayerTooLarge.</exception>
        public void Add(long bytes)
        {
            if (bytes > most || Interlocked.Add(ref sum, bytes) > most)
            {
                throw new VirtException(
                    ErrorCode.ResourceExhausted,
                    "LayerTooLarge",
                    $"Cannot unpack {title}: it unpacks to more than {most} bytes, which is what {packedBytes} packed ones may become here.",
                    target,
                    "virt-agent serve --unpack-limit BYTES");
            }
        }
    }
}
