using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Virt.Agent.Common;
using Virt.Agent.Images.Oci;

namespace Virt.Agent.Registries;

/// <summary>Tells how far the parts of an image have come: each with its percentage, all together with rate and time left.</summary>
/// <param name="call">Who is told.</param>
/// <param name="activity">What is being done.</param>
/// <param name="parts">The parts, with their sizes.</param>
/// <param name="time">The clock.</param>
internal sealed class TransferProgress(Call call, string activity, IReadOnlyList<OciDescriptor> parts, TimeProvider time)
{
    // More often nobody can read it.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly Dictionary<Digest, long> done = [];
    private readonly HashSet<Digest> moving = [];
    private readonly TransferRate rate = new(time);
    private readonly long total = parts.Sum(static part => part.Size);
    private long moved;
    private long? lastReport;

    /// <summary>A part need not be moved, or was moved to its end.</summary>
    public void End(OciDescriptor part)
    {
        lock (gate)
        {
            moving.Remove(part.Digest);
            done[part.Digest] = part.Size;
            Report(isDue: true);
        }
    }

    /// <summary>A part has come so far.</summary>
    /// <param name="part">The part.</param>
    /// <param name="bytes">How many of its bytes are there by now; the first time, those that were there before, which say nothing of the rate.</param>
    public void At(OciDescriptor part, long bytes)
    {
        lock (gate)
        {
            // Told at once: a part that is here within the interval was never named otherwise.
            var isFirst = moving.Add(part.Digest);
            if (isFirst)
            {
                done[part.Digest] = bytes;
            }

            // It goes back where the other side began anew.
            moved += Math.Max(0, bytes - done[part.Digest]);
            done[part.Digest] = bytes;
            rate.Note(moved);
            Report(isDue: isFirst || lastReport is not { } last || time.GetElapsedTime(last) >= Interval);
        }
    }

    private void Report(bool isDue)
    {
        if (!isDue)
        {
            return;
        }

        lastReport = time.GetTimestamp();
        var sum = done.Values.Sum();
        var ended = parts.Count(part => done.GetValueOrDefault(part.Digest) == part.Size && !moving.Contains(part.Digest));
        var shown = parts.Where(part => moving.Contains(part.Digest)).Select(part => $"{part.Digest.Short} {Percent(done[part.Digest], part.Size)} %");
        call.Report(activity, string.Join(", ", shown.Prepend($"{ended} of {parts.Count} parts")), Percent(sum, total), rate.TimeFor(total - sum), rate.BytesPerSecond);
    }

    private static int Percent(long part, long whole) => whole == 0 ? 100 : (int)(part * 100 / whole);
}
