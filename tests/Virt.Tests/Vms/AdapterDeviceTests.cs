using System.Net;
using Virt.Agent.Networks;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>Hardware addresses of network adapters.</summary>
public sealed class AdapterDeviceTests
{
    [Theory]
    [InlineData("52:54:00:AA:bb:05", "52:54:00:aa:bb:05")]
    [InlineData("52-54-00-AA-BB-05", "52:54:00:aa:bb:05")]
    [InlineData("525400AABB05", "52:54:00:aa:bb:05")]
    [InlineData("01-00-5e-00-00-01", null)]
    [InlineData("52-54:00-aa-bb-05", null)]
    [InlineData("52540:AABB05", null)]
    [InlineData("525400AABB0", null)]
    [InlineData("5254.00aa.bb05", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void All_forms_are_one(string? text, string? stored) => Assert.Equal(stored, AdapterDevice.ReadMacAddress(text));

    [Fact]
    public void One_that_is_taken_is_not_given_again()
    {
        var address = IPAddress.Parse("10.144.1.2");
        Assert.Equal("02:56:0a:90:01:02", HardwareAddress.TextOf(address, static _ => false));
        Assert.Equal("02:58:0a:90:01:02", HardwareAddress.TextOf(address, static text => text[..5] is "02:56" or "02:57"));
    }
}
