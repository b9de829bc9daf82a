using System;
using Virt.Agent.Common;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Common;

public sealed class NameTests
{
    [Theory]
    [InlineData("web*", "web01", true)]
    [InlineData("WEB*", "web01", true)]
    [InlineData("*01", "web01", true)]
    [InlineData("*", "", true)]
    [InlineData("w?b01", "web01", true)]
    [InlineData("w?b01", "wb01", false)]
    [InlineData("web0[1-3]", "web02", true)]
    [InlineData("web0[1-3]", "web04", false)]
    [InlineData("web[abc]", "webB", true)]
    [InlineData("web`*", "web*", true)]
    [InlineData("web`*", "web01", false)]
    [InlineData("web[", "web[", true)]
    [InlineData("a*b*c", "aXXbYYc", true)]
    [InlineData("a*b*c", "aXXbYY", false)]
    public void Wildcards_match_as_in_PowerShell(string pattern, string name, bool expected) => Assert.Equal(expected, NamePattern.Matches(pattern, name));

    [Theory]
    [InlineData("web01", false)]
    [InlineData("web*", true)]
    [InlineData("web?", true)]
    [InlineData("web[12]", true)]
    [InlineData("web`*", false)]
    public void A_literal_is_told_from_a_pattern(string text, bool expected) => Assert.Equal(expected, NamePattern.IsPattern(text));

    [Fact]
    public void A_new_name_is_said_beside_what_was_to_have_it()
    {
        Assert.Equal("Cannot rename container 'l9': a container named 'l2' exists already.", ResourceName.Taken("rename", "container", "l2", of: "l9").Message);
        Assert.Equal("Cannot create container 'l2': a container of that name exists already.", ResourceName.Taken("create", "container", "l2").Message);
        Assert.StartsWith("Cannot copy container 'l9': '-x' is no name: a name begins with", Assert.Throws<VirtException>(() => ResourceName.Check("copy", "container", "-x", of: "l9")).Message, StringComparison.Ordinal);
        Assert.Equal("Cannot rename VM 'a': the new name has 0 characters; 1 to 64 are allowed.", Assert.Throws<VirtException>(() => ResourceName.Check("rename", "VM", "", of: "a")).Message);
    }

    [Theory]
    [InlineData("wbe01", "web01")]
    [InlineData("web1", "web01")]
    [InlineData("WEB01", "web01")]
    [InlineData("database", null)]
    [InlineData("apo", "api")]
    [InlineData("ax", null)]
    public void The_nearest_name_is_one_the_user_can_have_meant(string typed, string? expected) =>
        Assert.Equal(expected, NearestName.Of(typed, ["api", "web01", "db-main"]));

    [Theory]
    [InlineData("web01")]
    [InlineData("a")]
    [InlineData("Web_01.example-x")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void Good_names_pass(string name) => ResourceName.Check("create", "VM", name);

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("-rf")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("..")]
    [InlineData("a\n")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void Bad_names_are_refused_with_the_rule(string name)
    {
        var error = Assert.Throws<VirtException>(() => ResourceName.Check("create", "VM", name));
        Assert.Equal((ErrorCode.InvalidArgument, "InvalidName", name), (error.Code, error.Id, error.Target));
        Assert.StartsWith($"Cannot create VM '{name}': ", error.Message);
    }

    [Fact]
    public void A_missing_name_says_what_to_type_instead()
    {
        var error = ResourceName.NotFound("start", "VM", "wbe01", ["web01", "api"]);
        Assert.Equal("Cannot start VM 'wbe01': no VM has that name; did you mean 'web01'?", error.Message);
        Assert.Equal("Get-VM -Name web01", error.RecommendedAction);
    }

    [Theory]
    [InlineData("lan", "lan")]
    [InlineData("", "11111111-1111-1111-1111-111111111111")]
    public void What_is_gone_is_called_by_its_name_as_far_as_that_is_known(string name, string shown)
    {
        var error = ResourceName.Gone("change", "network", name, new Guid("11111111-1111-1111-1111-111111111111"));
        Assert.Equal((ErrorCode.NotFound, "NetworkNotFound", shown, "Get-VirtNetwork"), (error.Code, error.Id, error.Target, error.RecommendedAction));
        Assert.Equal($"Cannot change network '{shown}': it does not exist any more (no network has the id 11111111-1111-1111-1111-111111111111).", error.Message);
    }
}
