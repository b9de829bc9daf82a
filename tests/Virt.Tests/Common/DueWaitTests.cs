using System;
using Virt.Agent.Common;
using Xunit;

namespace Virt.Tests.Common;

public sealed class DueWaitTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(60_000, 60_001)]
    [InlineData(60_001, 60_000)]
    public void It_is_until_the_next_and_a_little_more_and_no_longer_than_the_longest(int nextInMilliseconds, int waitMilliseconds) =>
        Assert.Equal(waitMilliseconds, DueWait.Until(Now.AddMilliseconds(nextInMilliseconds), Now, Longest).TotalMilliseconds);

    [Fact]
    public void Where_nothing_comes_it_is_the_longest() => Assert.Equal(Longest, DueWait.Until(null, Now, Longest));
}
