using System;
using System.Linq;
using Virt.Agent.Containers;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class LabelLevelsTests
{
    [Fact]
    public void Each_is_two_categories_that_no_other_container_has()
    {
        var levels = new LabelLevels(new Random(38));
        var taken = Enumerable.Range(0, 5000).Select(_ => levels.Take()).ToList();
        Assert.Equal(taken.Count, taken.Distinct(StringComparer.Ordinal).Count());
        Assert.All(taken, static level =>
        {
            Assert.Matches(@"^s0:c\d+,c\d+$", level);
            var categories = level["s0:".Length..].Split(',').Select(static c => int.Parse(c[1..], System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.True(categories[0] < categories[1] && categories[1] < LabelLevels.Categories, level);
        });
    }

    [Fact]
    public void What_a_stored_container_has_is_drawn_by_none_until_it_is_given_back()
    {
        var first = new LabelLevels(new Random(38)).Take();
        var levels = new LabelLevels(new Random(38));
        levels.Keep(first);
        levels.Keep("");
        Assert.NotEqual(first, levels.Take());

        var again = new LabelLevels(new Random(38));
        again.Keep(first);
        again.Give(first);
        again.Give("");
        Assert.Equal(first, again.Take());
    }
}
