using System;
using System.Diagnostics;
using Virt.Agent.Common;
using Xunit;

namespace Virt.Tests.Common;

/// <summary>The rate and the time left of a transfer.</summary>
public sealed class TransferRateTests
{
    private readonly Clock clock = new();

    [Fact]
    public void Nothing_is_known_before_the_first_note_and_where_nothing_moves()
    {
        var rate = new TransferRate(clock);
        Assert.Null(rate.BytesPerSecond);
        Assert.Null(rate.TimeFor(100));
        clock.Pass(1);
        rate.Note(0);
        Assert.Equal(0, rate.BytesPerSecond);
        Assert.Null(rate.TimeFor(100));
    }

    [Fact]
    public void The_rate_is_that_of_the_last_seconds_and_tells_the_time_left()
    {
        var rate = new TransferRate(clock);
        clock.Pass(0.5);
        rate.Note(500);
        Assert.Equal((1000, TimeSpan.FromSeconds(2)), (rate.BytesPerSecond, rate.TimeFor(2000)));
        for (var second = 1; second <= 10; second++)
        {
            clock.Pass(1);
            rate.Note(500 + (second * 100));
        }

        Assert.Equal(100, rate.BytesPerSecond);
    }

    private sealed class Clock : TimeProvider
    {
        private long now = Stopwatch.Frequency;

        public override long GetTimestamp() => now;

        public void Pass(double seconds) => now += (long)(seconds * Stopwatch.Frequency);
    }
}
