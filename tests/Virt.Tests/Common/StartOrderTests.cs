using System;
using System.Collections.Generic;
using Virt.Agent.Common;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Common;

/// <summary>Workloads that are started after others.</summary>
public sealed class StartOrderTests
{
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["b"] = ["c"],
        ["c"] = ["d", "E"],
        ["e"] = ["A"],
        ["x"] = ["y"],
        ["y"] = ["x"],
    };

    [Theory]
    [InlineData("b", "a,b,c,E,A")]
    [InlineData("e", "a,e,A")]
    [InlineData("A", "a,A")]
    [InlineData("d", "")]
    [InlineData("nobody", "")]
    [InlineData("x", "")]
    public void A_ring_is_found_whatever_its_length(string after, string ring) =>
        Assert.Equal(ring, string.Join(',', StartOrder.RingOf("a", [after], static name => Known.GetValueOrDefault(name, []))));

    [Fact]
    public void It_is_refused_and_named()
    {
        var error = Assert.Throws<VirtException>(static () => StartOrder.CheckRing("change", "VM", "deb", ["debc"], static name => name == "debc" ? ["deb"] : []));
        Assert.Equal((ErrorCode.InvalidArgument, "StartOrderRing", "Set-VM debc -After @()"), (error.Code, error.Id, error.RecommendedAction));
        Assert.Contains("'deb' after 'debc' after 'deb'", error.Message, StringComparison.Ordinal);
        StartOrder.CheckRing("change", "VM", "deb", null, static _ => ["deb"]);
    }
}
